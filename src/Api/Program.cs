using ConcatService.Api.Hosting;

return args switch
{
    ["migrate"] => await MigrateCommand.RunAsync(),
    ["key", .. var options] => await KeyCommand.RunAsync(options),
    _ => await ApiHost.RunAsync(args),
};
