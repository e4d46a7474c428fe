// ECS's API and the agent protocol both have a Container; here the protocol's is meant.
global using AcsContainer = Estiba.Contracts.Acs.Container;
global using AcsTask = Estiba.Contracts.Acs.AcsTask;
