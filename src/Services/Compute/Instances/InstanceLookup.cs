using Estiba.Contracts;
using Estiba.State;

namespace Estiba.Compute.Instances;

/// <summary>Finds the instances of an account in a region by the ids of a request.</summary>
internal static class InstanceLookup
{
    /// <summary>The instances in the order of the ids.</summary>
    /// <exception cref="AwsException"><c>InvalidInstanceID.Malformed</c>,
    /// <c>InvalidInstanceID.NotFound</c>.</exception>
    public static IReadOnlyList<InstanceRecord> Get(View view, CallContext context, IReadOnlyList<string> ids)
    {
        if (ids.FirstOrDefault(id => !Ec2Requests.IsId(id, "i-")) is { } malformed)
            throw new AwsException("InvalidInstanceID.Malformed", $"Invalid id: \"{malformed}\"");

        var found = ids.Distinct()
            .Select(id => (Id: id, Record: view.Find(ComputeTables.Instances, Scope.Of(context).Key(id))))
            .ToList();
        return found.Where(each => each.Record is null).Select(each => each.Id).ToList() switch
        {
            [] => [.. found.Select(each => each.Record!)],
            [var one] => throw new AwsException(
                "InvalidInstanceID.NotFound",
                $"The instance ID '{one}' does not exist"
            ),
            var several => throw new AwsException(
                "InvalidInstanceID.NotFound",
                $"The instance IDs '{string.Join(", ", several)}' do not exist"
            ),
        };
    }

    /// <inheritdoc cref="Get(View, CallContext, IReadOnlyList{string})"/>
    public static InstanceRecord Get(View view, CallContext context, string id) => Get(view, context, [id])[0];

    /// <summary>Launches in their order: descriptions come in it, and pages are cut by it.</summary>
    public static string LaunchOrder(InstanceRecord instance) =>
        $"{ComputeTables.Sortable(instance.CreatedAt)}/{instance.ReservationId}/{instance.LaunchIndex:D6}";
}
