using Estiba.AutoScaling.Launching;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.State;

namespace Estiba.AutoScaling;

/// <content>Launch configurations.</content>
public sealed partial class AutoScalingApi
{
    /// <inheritdoc/>
    public async Task<CreateLaunchConfigurationResponse> CreateLaunchConfigurationAsync(
        CreateLaunchConfigurationType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var scope = Scope.Of(context);
        CheckSupported(request);
        if (string.IsNullOrEmpty(request.ImageId) || string.IsNullOrEmpty(request.InstanceType))
            throw Validation.Error(
                "Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType "
                    + "parameters."
            );
        var id = _ids.Next();
        var record = new LaunchConfigurationRecord
        {
            Scope = scope,
            Id = id,
            Content = new LaunchConfiguration
            {
                LaunchConfigurationName = request.LaunchConfigurationName,
                LaunchConfigurationARN = LaunchConfigurationRecord.ArnOf(scope, id, request.LaunchConfigurationName!),
                ImageId = request.ImageId,
                InstanceType = request.InstanceType,
                KeyName = request.KeyName ?? "",
                SecurityGroups = request.SecurityGroups ?? [],
                ClassicLinkVPCSecurityGroups = [],
                UserData = request.UserData ?? "",
                KernelId = request.KernelId ?? "",
                RamdiskId = request.RamdiskId ?? "",
                BlockDeviceMappings = request.BlockDeviceMappings ?? [],
                InstanceMonitoring = new InstanceMonitoring { Enabled = request.InstanceMonitoring?.Enabled ?? true },
                IamInstanceProfile = request.IamInstanceProfile,
                CreatedTime = Now,
                EbsOptimized = request.EbsOptimized ?? false,
                AssociatePublicIpAddress = request.AssociatePublicIpAddress,
                PlacementTenancy = request.PlacementTenancy,
                MetadataOptions = request.MetadataOptions,
            },
        };
        await _templates.TryAsync(LaunchSource.RequestOf(record.Content), context, cancellation);
        await _store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(AutoScalingTables.LaunchConfigurations, record.Key) is not null)
                    throw AutoScalingErrors.AlreadyExistsFault(
                        "Launch Configuration by this name already exists - A launch configuration already exists with "
                            + $"the name {record.Name}"
                    );
                if (
                    transaction.Count(AutoScalingTables.LaunchConfigurations, scope.Prefix)
                    >= Quotas.LaunchConfigurations
                )
                    throw AutoScalingErrors.LimitExceededFault(
                        $"There can be at most {Quotas.LaunchConfigurations} launch configurations in a region."
                    );
                transaction.Put(AutoScalingTables.LaunchConfigurations, record);
            },
            cancellation
        );
        return new CreateLaunchConfigurationResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteLaunchConfigurationResponse> DeleteLaunchConfigurationAsync(
        LaunchConfigurationNameType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var record = RequireConfiguration(transaction, scope, request.LaunchConfigurationName!);
                if (
                    transaction
                        .Range(AutoScalingTables.Groups, scope.Prefix)
                        .FirstOrDefault(group => group.LaunchConfiguration == record.Name) is
                    { } user
                )
                    throw AutoScalingErrors.ResourceInUseFault(
                        $"Cannot delete launch configuration {record.Name} because it is attached to AutoScalingGroup "
                            + user.Name
                    );
                transaction.Delete(AutoScalingTables.LaunchConfigurations, record.Key);
            },
            cancellation
        );
        return new DeleteLaunchConfigurationResponse();
    }

    /// <inheritdoc/>
    public Task<LaunchConfigurationsType> DescribeLaunchConfigurationsAsync(
        LaunchConfigurationNamesType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var size = Paging.Size(request.MaxRecords);
        var after = Paging.After(request.NextToken, request, context);
        var names = request.LaunchConfigurationNames ?? [];
        var records = _store
            .Current.Range(AutoScalingTables.LaunchConfigurations, Scope.Of(context).Prefix, after)
            .Where(record => names.Count == 0 || names.Contains(record.Name));
        var (page, next) = PagingToken.Cut(records, size, record => record.Key, request, context);
        return Task.FromResult(
            new LaunchConfigurationsType
            {
                LaunchConfigurations = [.. page.Select(record => record.Content)],
                NextToken = next,
            }
        );
    }

    private static LaunchConfigurationRecord RequireConfiguration(View view, Scope scope, string name) =>
        view.Find(AutoScalingTables.LaunchConfigurations, scope.Key(name))
        ?? throw Validation.Error($"Launch configuration name not found - Launch configuration {name} not found");

    private static void CheckSupported(CreateLaunchConfigurationType request)
    {
        if (request.InstanceId is not null)
            throw Validation.Unsupported("launch configurations that are made of an instance");
        if (request.SpotPrice is not null)
            throw Validation.Unsupported("Spot Instances");
        if (request.ClassicLinkVPCId is not null || request.ClassicLinkVPCSecurityGroups is { Count: > 0 })
            throw Validation.Unsupported("ClassicLink");
        if (request.PlacementTenancy is not (null or "" or "default"))
            throw Validation.Unsupported("dedicated tenancy");
    }
}
