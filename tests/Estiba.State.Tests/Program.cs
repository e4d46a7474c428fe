using Estiba.State.Tests.Faults;

return args is [CommittingProcess.Mode, var path]
    ? await CommittingProcess.RunAsync(path)
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
