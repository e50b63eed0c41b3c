// Faults of branches found, at the right branch, and false alarms; with --repair, what repairs recover: --seeds N (1), --family NAME, --fault NAME.

#:property PublishAot=false
#:property PackageId=branches-bench
#:property AssemblyName=branches-bench
#:project branches/Branches.csproj

await ConcatService.Branches.Bench.RunAsync(args);
