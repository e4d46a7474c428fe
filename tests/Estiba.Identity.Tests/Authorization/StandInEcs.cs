using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Identity.Tests.Authorization;

/// <summary>Has clusters whose tag is their name, and the fifth revision of a task definition.</summary>
internal sealed class StandInEcs : IEcsApi
{
    public Task<DescribeTaskDefinitionResponse> DescribeTaskDefinitionAsync(
        DescribeTaskDefinitionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new DescribeTaskDefinitionResponse { TaskDefinition = new TaskDefinition { Revision = 5 } });

    public Task<Contracts.Ecs.ListTagsForResourceResponse> ListTagsForResourceAsync(
        Contracts.Ecs.ListTagsForResourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        request.ResourceArn!.Split('/')[1] switch
        {
            "none" => throw EcsErrors.ClusterNotFoundException("Cluster not found."),
            var cluster => Task.FromResult(
                new Contracts.Ecs.ListTagsForResourceResponse
                {
                    Tags = [new Contracts.Ecs.Tag { Key = "team", Value = cluster }],
                }
            ),
        };
}
