using System.Text.Json;
using Estiba.Identity.Authorization.Requests;

namespace Estiba.Identity.Tests.Authorization;

/// <summary>The facts in <c>contracts/authorization</c> beside the contracts themselves.</summary>
public sealed class OperationFactsTests
{
    public static TheoryData<string> Services =>
        [
            "ecs",
            "ecr",
            "logs",
            "ec2",
            "iam",
            "sts",
            "elasticloadbalancing",
            "acm",
            "cloudwatch",
            "sqs",
            "sns",
            "application-autoscaling",
            "autoscaling",
            "servicediscovery",
            "route53",
        ];

    [Theory]
    [MemberData(nameof(Services))]
    public void Every_operation_of_a_contract_is_an_action(string service)
    {
        using var contract = Contract(service);
        var facts = OperationActions.Of(service);

        foreach (var operation in contract.RootElement.GetProperty("operations").EnumerateObject())
            facts.Find(operation.Name).Action.ShouldBe($"{service}:{ActionOf(service, operation.Name)}");
    }

    [Theory]
    [InlineData("s3")]
    [MemberData(nameof(Services))]
    public void What_is_taken_from_a_request_is_in_it(string service)
    {
        using var contract = Contract(service);
        var shapes = contract.RootElement.GetProperty("shapes");
        foreach (var operation in contract.RootElement.GetProperty("operations").EnumerateObject())
        {
            if (
                !OperationActions.Of(service).Listed.TryGetValue(operation.Name, out var access)
                || access.Resources.Count == 0
            )
                continue;
            var input = shapes.GetProperty(operation.Value.GetProperty("input").GetProperty("shape").GetString()!);
            foreach (var template in access.Resources.Concat(access.TaggedResources).SelectMany(names => names))
            {
                // Of members that are alternatives, as names and ARNs are, one is enough.
                foreach (var alternatives in template.Alternatives)
                    alternatives
                        .Any(path => IsIn(shapes, input, path.Split('.')))
                        .ShouldBeTrue($"{service}:{operation.Name} has none of {string.Join(", ", alternatives)}");
            }
        }
    }

    // A batch of what has an operation of its own is that action ("Actions defined by Amazon SQS", and by Amazon SNS).
    private static string ActionOf(string service, string operation) =>
        service is "sqs" or "sns" && operation.EndsWith("Batch", StringComparison.Ordinal)
            ? operation[..^"Batch".Length]
            : operation;

    private static bool IsIn(JsonElement shapes, JsonElement shape, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty)
            return true;
        if (shape.GetProperty("type").GetString() == "list")
            shape = shapes.GetProperty(shape.GetProperty("member").GetProperty("shape").GetString()!);
        return shape.TryGetProperty("members", out var members)
            && members.TryGetProperty(path[0], out var member)
            && IsIn(shapes, shapes.GetProperty(member.GetProperty("shape").GetString()!), path[1..]);
    }

    private static JsonDocument Contract(string service)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Estiba.slnx")))
            folder = folder.Parent!;
        // The one service here whose contract has another name than its actions.
        var name = service == "elasticloadbalancing" ? "elbv2" : service;
        return JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.FullName, "contracts", name + ".json")));
    }
}
