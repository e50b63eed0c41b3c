using ConcatService.Api.Hosting;

return args switch
{
    ["key" or "migrate" or "--help" or "-h" or "--version", ..] => await Commands.RunAsync(args),
    _ => await ApiHost.RunAsync(args),
};
