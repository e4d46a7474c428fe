using Estiba.Contracts.Ecs;

namespace Estiba.Simulation.Customers;

/// <summary>A task definition that a customer has registered, and what can be expected of it.</summary>
/// <param name="Arn">Its ARN.</param>
/// <param name="Works">Whether its tasks run, and go on running, when nothing is in their way.</param>
/// <param name="Listens">Whether its main container has a port.</param>
internal sealed record Application(string Arn, bool Works, bool Listens)
{
    /// <summary>For example <c>web:3</c>.</summary>
    internal string Name => Arn[(Arn.LastIndexOf('/') + 1)..];

    /// <summary>A definition made by chance, and whether it works.</summary>
    internal static (RegisterTaskDefinitionRequest Request, bool Works) Random(World world, string family)
    {
        var random = world.Random;
        var (image, works) = random.Next(14) switch
        {
            0 => ("simulated/no-such-image", false),
            1 => ("simulated/cannot-start", false),
            2 => ("simulated/cannot-create", false),
            3 => ("simulated/exit:1", false),
            4 => ($"simulated/exit:0-after-{random.Next(2, 300)}", false),
            5 => ("simulated/out-of-memory", false),
            6 => ("simulated/unhealthy", false),
            7 or 8 => ("simulated/healthy", true),
            9 => ("simulated/ignores-stop", true),
            10 => ("large/app", true),
            _ => ("app", true),
        };
        var isChecked = image is "simulated/healthy" or "simulated/unhealthy";
        var main = new ContainerDefinition
        {
            Name = "main",
            Image = image,
            Cpu = random.Next(0, 5) * 128,
            Memory = random.Next(1, 9) * 128,
            PortMappings = random.Next(4) switch
            {
                0 => [new PortMapping { ContainerPort = 80, HostPort = 8000 + random.Next(3) }],
                1 => [new PortMapping { ContainerPort = 80 }],
                _ => null,
            },
            HealthCheck = isChecked ? new HealthCheck { Command = ["CMD", "true"] } : null,
            StopTimeout = random.Next(3) == 0 ? random.Next(2, 100) : null,
        };
        var sidecar = new ContainerDefinition
        {
            Name = "sidecar",
            Image = random.Next(6) == 0 ? "simulated/exit:0-after-5" : "sidecar",
            Memory = 128,
            Essential = false,
            RestartPolicy =
                random.Next(2) == 0 ? new ContainerRestartPolicy { Enabled = true, RestartAttemptPeriod = 60 } : null,
            DependsOn =
                random.Next(2) == 0
                    ? [new ContainerDependency { ContainerName = "main", Condition = ContainerCondition.Start }]
                    : null,
        };
        return (
            new RegisterTaskDefinitionRequest
            {
                Family = family,
                ContainerDefinitions = random.Next(4) == 0 ? [main, sidecar] : [main],
            },
            works
        );
    }
}
