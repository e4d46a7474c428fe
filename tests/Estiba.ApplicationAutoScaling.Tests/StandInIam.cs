using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.ApplicationAutoScaling.Tests;

/// <summary>Knows the service-linked role once it was created.</summary>
internal sealed class StandInIam : IIamApi
{
    /// <summary>The services whose roles were created, and by whom.</summary>
    public List<(string Service, string Principal)> Created { get; } = [];

    public Task<GetRoleResponse> GetRoleAsync(
        GetRoleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Created.Count > 0
            ? Task.FromResult(new GetRoleResponse { Role = new Role { RoleName = request.RoleName } })
            : throw IamErrors.NoSuchEntityException($"The role with name {request.RoleName} cannot be found.");

    public Task<CreateServiceLinkedRoleResponse> CreateServiceLinkedRoleAsync(
        CreateServiceLinkedRoleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Created.Add((request.AWSServiceName!, context.PrincipalArn));
        return Task.FromResult(new CreateServiceLinkedRoleResponse { Role = new Role() });
    }
}
