namespace Estiba.EndToEnd.Tests.Hosts;

/// <summary>A task that the cluster says is running, and is to.</summary>
/// <param name="Arn">Its ARN.</param>
/// <param name="Service">The service that it belongs to; of one that belongs to none, its family.</param>
/// <param name="Address">The address of its host.</param>
/// <param name="Container">The id of its container in the host's engine.</param>
/// <param name="Port">The port that it publishes.</param>
internal sealed record ListedTask(string Arn, string Service, string Address, string Container, int Port);
