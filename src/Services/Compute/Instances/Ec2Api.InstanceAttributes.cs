using Estiba.Compute.Images;
using Estiba.Compute.Instances;
using Estiba.Compute.InstanceTypes;
using Estiba.Compute.Volumes;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    /// <inheritdoc />
    public Task<InstanceAttribute> DescribeInstanceAttributeAsync(
        DescribeInstanceAttributeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        var view = _store.Current;
        var record = InstanceLookup.Get(view, context, request.InstanceId!);

        var attribute = new InstanceAttribute { InstanceId = record.InstanceId };
        var book = Book(view, context);
        return Task.FromResult(
            request.Attribute switch
            {
                "instanceType" => attribute with { InstanceType = Of(record.InstanceType) },
                "userData" => attribute with { UserData = Of(record.UserData) },
                "disableApiTermination" => attribute with { DisableApiTermination = Of(record.DisableApiTermination) },
                "disableApiStop" => attribute with { DisableApiStop = Of(record.DisableApiStop) },
                "instanceInitiatedShutdownBehavior" => attribute with
                {
                    InstanceInitiatedShutdownBehavior = Of(record.TerminateOnShutdown ? "terminate" : "stop"),
                },
                "rootDeviceName" => attribute with { RootDeviceName = Of(ImageCatalog.RootDevice) },
                "sourceDestCheck" => attribute with { SourceDestCheck = Of(record.SourceDestCheck) },
                "ebsOptimized" => attribute with { EbsOptimized = Of(record.EbsOptimized) },
                "enaSupport" => attribute with { EnaSupport = Of(true) },
                "enclaveOptions" => attribute with { EnclaveOptions = new EnclaveOptions { Enabled = false } },
                "groupSet" => attribute with
                {
                    Groups =
                    [
                        .. record.SecurityGroupIds.Select(id => new GroupIdentifier
                        {
                            GroupId = id,
                            GroupName = book.FindById(id)?.GroupName,
                        }),
                    ],
                },
                "blockDeviceMapping" => attribute with { BlockDeviceMappings = RootVolume.MappingsOf(record) },
                "productCodes" => attribute with { ProductCodes = [] },
                "kernel" => attribute with { KernelId = Of(null) },
                "ramdisk" => attribute with { RamdiskId = Of(null) },
                "sriovNetSupport" => attribute with { SriovNetSupport = Of("simple") },
                _ => throw Ec2Requests.Invalid(
                    $"Value ({request.Attribute}) for parameter attribute is invalid. Unknown attribute."
                ),
            }
        );
    }

    /// <inheritdoc />
    public async Task<ModifyInstanceAttributeResponse> ModifyInstanceAttributeAsync(
        ModifyInstanceAttributeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var change = WithNamedAttribute(request);
        if (
            change with
            {
                InstanceId = null,
                Attribute = null,
                Value = null,
                DryRun = null,
            } == new ModifyInstanceAttributeRequest()
        )
            throw Ec2Requests.Combination("No attributes specified.");
        if (
            change.BlockDeviceMappings?.Any(mapping =>
                mapping.DeviceName != ImageCatalog.RootDevice || mapping.NoDevice is not null
            ) == true
        )
            throw Ec2Requests.Unsupported($"block devices of instances other than {ImageCatalog.RootDevice}");
        if (change.EnclaveOptions?.Enabled == true)
            throw Ec2Requests.Unsupported("enclaves");
        if (change.Kernel is not null || change.Ramdisk is not null)
            throw Ec2Requests.Unsupported("kernels and RAM disks of instances");
        if (change.EnaSupport?.Value == false || change.SriovNetSupport?.Value is not (null or "simple"))
            throw Ec2Requests.Unsupported("instances without enhanced networking");
        Ec2Requests.EndDryRun(request.DryRun);

        await _store.CommitAsync(
            transaction =>
            {
                var before = InstanceLookup.Get(transaction, context, change.InstanceId!);
                RefuseTerminated(before);
                transaction.Put(ComputeTables.Instances, Modify(before, change, transaction, context));
            },
            cancellation
        );
        return new ModifyInstanceAttributeResponse();
    }

    /// <summary>What an instance has by default: the check of sources. Kernel and RAM disk are the image's
    /// anyway.</summary>
    public async Task<ResetInstanceAttributeResponse> ResetInstanceAttributeAsync(
        ResetInstanceAttributeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.Attribute is not ("sourceDestCheck" or "kernel" or "ramdisk"))
            throw Ec2Requests.Invalid(
                $"Value ({request.Attribute}) for parameter attribute is invalid. It cannot be reset."
            );
        Ec2Requests.EndDryRun(request.DryRun);
        await ChangeInstanceAsync(
            request.InstanceId!,
            context,
            before => request.Attribute == "sourceDestCheck" ? before with { SourceDestCheck = true } : before,
            cancellation
        );
        return new ResetInstanceAttributeResponse();
    }

    /// <summary>Changes one instance that is not terminated.</summary>
    private Task<InstanceRecord> ChangeInstanceAsync(
        string instanceId,
        CallContext context,
        Func<InstanceRecord, InstanceRecord> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var before = InstanceLookup.Get(transaction, context, instanceId);
                RefuseTerminated(before);
                var after = change(before);
                transaction.Put(ComputeTables.Instances, after);
                return after;
            },
            cancellation
        );

    private static void RefuseTerminated(InstanceRecord record)
    {
        if (record.State is InstanceStateName.Terminated or InstanceStateName.ShuttingDown)
            throw new AwsException(
                "IncorrectInstanceState",
                $"The instance '{record.InstanceId}' is not in a valid state for this operation."
            );
    }

    private InstanceRecord Modify(
        InstanceRecord record,
        ModifyInstanceAttributeRequest change,
        Transaction transaction,
        CallContext context
    )
    {
        if (change.InstanceType?.Value is { } type)
        {
            RefuseUnlessStopped(record, "instanceType");
            record = record with { InstanceType = InstanceTypeCatalog.Get(type).Name };
        }
        if (change.UserData?.Value is { } userData)
        {
            RefuseUnlessStopped(record, "userData");
            var encoded = Convert.ToBase64String(userData.Span);
            LaunchRequest.CheckUserData(encoded);
            record = record with { UserData = encoded };
        }
        if (change.Groups is { Count: > 0 } groups)
        {
            var book = Book(transaction, context);
            record = record with { SecurityGroupIds = [.. groups.Select(id => book.GetById(id).GroupId).Distinct()] };
        }
        return record with
        {
            DisableApiTermination = change.DisableApiTermination?.Value ?? record.DisableApiTermination,
            DisableApiStop = change.DisableApiStop?.Value ?? record.DisableApiStop,
            SourceDestCheck = change.SourceDestCheck?.Value ?? record.SourceDestCheck,
            RootVolume = change.BlockDeviceMappings?[0].Ebs?.DeleteOnTermination is { } delete
                ? record.Volume with
                {
                    DeleteOnTermination = delete,
                }
                : record.RootVolume,
            EbsOptimized = change.EbsOptimized?.Value ?? record.EbsOptimized,
            TerminateOnShutdown = change.InstanceInitiatedShutdownBehavior?.Value switch
            {
                null => record.TerminateOnShutdown,
                "terminate" => true,
                "stop" => false,
                var other => throw Ec2Requests.Invalid(
                    $"Value ({other}) for parameter instanceInitiatedShutdownBehavior is invalid. It is stop or "
                        + "terminate."
                ),
            },
        };
    }

    /// <summary>The older form names an attribute and gives its value as text.</summary>
    private static ModifyInstanceAttributeRequest WithNamedAttribute(ModifyInstanceAttributeRequest request)
    {
        if (request.Attribute is null)
            return request;
        var text = request.Value ?? throw Ec2Requests.Missing("Value");
        var truth = new AttributeBooleanValue { Value = text.Equals("true", StringComparison.OrdinalIgnoreCase) };
        return request.Attribute switch
        {
            "instanceType" => request with { InstanceType = Of(text) },
            "userData" => request with { UserData = new BlobAttributeValue { Value = Decode(text) } },
            "disableApiTermination" => request with { DisableApiTermination = truth },
            "disableApiStop" => request with { DisableApiStop = truth },
            "sourceDestCheck" => request with { SourceDestCheck = truth },
            "ebsOptimized" => request with { EbsOptimized = truth },
            "instanceInitiatedShutdownBehavior" => request with { InstanceInitiatedShutdownBehavior = Of(text) },
            var other => throw Ec2Requests.Invalid(
                $"Value ({other}) for parameter attribute is invalid. It cannot be modified."
            ),
        };
    }

    private static ReadOnlyMemory<byte> Decode(string base64)
    {
        LaunchRequest.CheckUserData(base64);
        return Convert.FromBase64String(base64);
    }

    private static void RefuseUnlessStopped(InstanceRecord record, string attribute)
    {
        if (record.State != InstanceStateName.Stopped)
        {
            throw new AwsException(
                "IncorrectInstanceState",
                $"The instance '{record.InstanceId}' is not in the 'stopped' state: its '{attribute}' attribute "
                    + "can be modified only then."
            );
        }
    }

    private static AttributeValue Of(string? value) => new() { Value = value };

    private static AttributeBooleanValue Of(bool value) => new() { Value = value };
}
