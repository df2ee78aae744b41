return Pgmux.Launcher.Run(args);
