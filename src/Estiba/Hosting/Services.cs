using Estiba.Compute;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Logs;
using Estiba.Contracts.Sts;
using Estiba.Ecr;
using Estiba.Ecs;
using Estiba.Identity;
using Estiba.Joining;
using Estiba.Logs;
using Estiba.State;

namespace Estiba.Hosting;

/// <summary>The services that a platform has.</summary>
internal static class Services
{
    /// <summary>Everything that they keep in the store.</summary>
    internal static IReadOnlyList<Table> Tables { get; } =
        [.. EcsTables.All, .. EcrService.Tables, .. LogsApi.Tables, .. ComputeTables.Tables, .. IdentityTables.Tables, .. JoinTables.All];

    /// <summary>What of each service is implemented.</summary>
    internal static IReadOnlyList<Coverage> Coverage() =>
    [
        Hosting.Coverage.Of<IEcsApi, EcsApi>("Amazon ECS"),
        Hosting.Coverage.Of<IEcrApi, EcrApi>("Amazon ECR"),
        Hosting.Coverage.Of<ILogsApi, LogsApi>("Amazon CloudWatch Logs"),
        Hosting.Coverage.Of<IEc2Api, Ec2Api>("Amazon EC2"),
        Hosting.Coverage.Of<IStsApi, StsApi>("AWS STS"),
        Hosting.Coverage.Of<IIamApi, IamApi>("AWS IAM"),
    ];
}
