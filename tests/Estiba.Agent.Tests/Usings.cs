global using AcsContainer = Estiba.Contracts.Acs.Container;
global using AcsTask = Estiba.Contracts.Acs.AcsTask;
