// .NET has a TaskStatus of its own, and the contract one of container instances that lacks INACTIVE; here ECS's are
// meant.
global using ContainerInstanceStatus = Estiba.Ecs.ContainerInstances.ContainerInstanceStatus;
global using TaskStatus = Estiba.Ecs.Tasks.TaskStatus;
