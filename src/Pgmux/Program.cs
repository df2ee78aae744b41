return await Pgmux.Launcher.RunAsync(args);
