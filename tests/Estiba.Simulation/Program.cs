using Estiba.Simulation;

// ./bench simulate plays histories; without that word this is the runner of the tests.
return args is ["simulate", .. var options]
    ? await SimulateCommand.RunAsync(options)
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
