// Faults of branches that are found, and false alarms; with --repair what that recovers: --seeds N (1), --family NAME, --fault NAME.

#:property PublishAot=false
#:property PackageId=branches-bench
#:property AssemblyName=branches-bench
#:project branches/Branches.csproj

await ConcatService.Branches.Bench.RunAsync(args);
