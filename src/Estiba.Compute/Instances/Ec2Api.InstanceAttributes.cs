using Estiba.Compute.Instances;
using Estiba.Compute.InstanceTypes;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    /// <inheritdoc />
    public Task<InstanceAttribute> DescribeInstanceAttributeAsync(
        DescribeInstanceAttributeRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var view = _store.Current;
        var record = InstanceBook.Get(view, context, request.InstanceId!);
        Ec2Requests.EndDryRun(request.DryRun);

        var attribute = new InstanceAttribute { InstanceId = record.InstanceId };
        var book = Book(view, context);
        return Task.FromResult(request.Attribute switch
        {
            "instanceType" => attribute with { InstanceType = Of(record.InstanceType) },
            "userData" => attribute with { UserData = Of(record.UserData) },
            "disableApiTermination" => attribute with { DisableApiTermination = Of(record.DisableApiTermination) },
            "disableApiStop" => attribute with { DisableApiStop = Of(record.DisableApiStop) },
            "instanceInitiatedShutdownBehavior" =>
                attribute with { InstanceInitiatedShutdownBehavior = Of(record.TerminateOnShutdown ? "terminate" : "stop") },
            "rootDeviceName" => attribute with { RootDeviceName = Of(InstanceDescription.RootDevice) },
            "sourceDestCheck" => attribute with { SourceDestCheck = Of(record.SourceDestCheck) },
            "ebsOptimized" => attribute with { EbsOptimized = Of(record.EbsOptimized) },
            "enaSupport" => attribute with { EnaSupport = Of(true) },
            "enclaveOptions" => attribute with { EnclaveOptions = new EnclaveOptions { Enabled = false } },
            "groupSet" => attribute with
            {
                Groups = [.. record.SecurityGroupIds.Select(id => new GroupIdentifier { GroupId = id, GroupName = book.FindById(id)?.GroupName })],
            },
            "blockDeviceMapping" => attribute with { BlockDeviceMappings = [] },
            "productCodes" => attribute with { ProductCodes = [] },
            "kernel" => attribute with { KernelId = Of(null) },
            "ramdisk" => attribute with { RamdiskId = Of(null) },
            "sriovNetSupport" => attribute with { SriovNetSupport = Of("simple") },
            _ => throw Ec2Requests.Invalid($"Value ({request.Attribute}) for parameter attribute is invalid. Unknown attribute."),
        });
    }

    /// <inheritdoc />
    public async Task<ModifyInstanceAttributeResponse> ModifyInstanceAttributeAsync(
        ModifyInstanceAttributeRequest request, CallContext context, CancellationToken cancellation = default)
    {
        if (request.BlockDeviceMappings is { Count: > 0 }) throw Ec2Requests.Unsupported("block devices of instances");
        if (request.Kernel is not null || request.Ramdisk is not null) throw Ec2Requests.Unsupported("kernels and RAM disks of instances");

        var change = WithNamedAttribute(request);
        await _store.CommitAsync(
            transaction =>
            {
                var before = InstanceBook.Get(transaction, context, change.InstanceId!);
                if (before.State is InstanceStateName.Terminated or InstanceStateName.ShuttingDown)
                    throw new AwsException("IncorrectInstanceState", $"The instance '{before.InstanceId}' is not in a valid state for this operation.");
                var after = Modify(before, change, transaction, context);
                Ec2Requests.EndDryRun(request.DryRun);
                transaction.Put(ComputeTables.Instances, after);
            },
            cancellation);
        return new ModifyInstanceAttributeResponse();
    }

    private InstanceRecord Modify(InstanceRecord record, ModifyInstanceAttributeRequest change, Transaction transaction, CallContext context)
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
            EbsOptimized = change.EbsOptimized?.Value ?? record.EbsOptimized,
            TerminateOnShutdown = change.InstanceInitiatedShutdownBehavior?.Value switch
            {
                null => record.TerminateOnShutdown,
                "terminate" => true,
                "stop" => false,
                var other => throw Ec2Requests.Invalid($"Value ({other}) for parameter instanceInitiatedShutdownBehavior is invalid. It is stop or terminate."),
            },
        };
    }

    /// <summary>The older form names an attribute and gives its value as text.</summary>
    private static ModifyInstanceAttributeRequest WithNamedAttribute(ModifyInstanceAttributeRequest request)
    {
        if (request.Attribute is null) return request;
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
            var other => throw Ec2Requests.Invalid($"Value ({other}) for parameter attribute is invalid. It cannot be modified."),
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
                $"The instance '{record.InstanceId}' is not in the 'stopped' state: its '{attribute}' attribute can be modified only then.");
        }
    }

    private static AttributeValue Of(string? value) => new() { Value = value };

    private static AttributeBooleanValue Of(bool value) => new() { Value = value };
}
