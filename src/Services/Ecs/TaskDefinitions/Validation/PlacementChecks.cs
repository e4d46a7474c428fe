using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Queries;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>What else concerns the whole task: placement constraints, storage, proxy, accelerators.</summary>
internal static class PlacementChecks
{
    private const int MostConstraints = 10;
    private const int LongestExpression = 2000;
    private const int LeastStorage = 21;
    private const int MostStorage = 200;

    internal static void Check(TaskDefinition definition)
    {
        if (definition.InferenceAccelerators is not null)
            throw ClientException("Unsupported field 'inferenceAccelerators'.");

        var constraints = definition.PlacementConstraints!;
        if (constraints.Count > MostConstraints)
            throw ClientException("Too many placement constraints.");
        foreach (var constraint in constraints)
        {
            if (constraint.Type is null)
                throw ClientException("Placement constraint type should not be null or empty.");
            if (constraint.Type != TaskDefinitionPlacementConstraintType.MemberOf)
                throw ClientException($"constraint.type '{constraint.Type}' is not supported.");
            if (string.IsNullOrEmpty(constraint.Expression) || constraint.Expression.Length > LongestExpression)
                throw ClientException("Invalid expression for the placement constraint of type memberOf.");
            CheckExpression(constraint.Expression);
        }

        if (definition.EphemeralStorage is { } storage)
        {
            if (definition.RequiresCompatibilities?.Contains(Compatibility.Ec2) == true)
                throw ClientException("Tasks using the EC2 launch type do not support EphemeralStorage.");
            if (storage.SizeInGiB < LeastStorage)
                throw ClientException($"EphemeralStorage size should be at least {LeastStorage}");
            if (storage.SizeInGiB > MostStorage)
                throw ClientException($"EphemeralStorage size should be at most {MostStorage}");
        }

        if (definition.ProxyConfiguration is not { } proxy)
            return;
        if (definition.NetworkMode != NetworkMode.Awsvpc)
            throw ClientException("APPMESH proxy configuration is only supported in networkMode=awsvpc");
        if (definition.ContainerDefinitions!.All(container => container.Name != proxy.ContainerName))
            throw ClientException($"Proxy container [{proxy.ContainerName}] does not exist.");
    }

    private static void CheckExpression(string expression)
    {
        try
        {
            ClusterQuery.Parse(expression);
        }
        catch (AwsException unreadable)
        {
            throw ClientException(unreadable.Message);
        }
    }
}
