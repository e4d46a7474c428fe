// ECS's API and the agent protocol both have a Container, and .NET has a Task; here ECS's container and .NET's task are
// meant.
global using Estiba.Simulation.Time;
global using AcsTask = Estiba.Contracts.Acs.AcsTask;
global using ContainerInstanceStatus = Estiba.Ecs.ContainerInstances.ContainerInstanceStatus;
global using Task = System.Threading.Tasks.Task;
global using TaskStatus = Estiba.Ecs.Tasks.TaskStatus;
