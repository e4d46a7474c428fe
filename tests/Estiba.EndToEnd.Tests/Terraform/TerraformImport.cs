using System.Text;
using System.Text.Json.Nodes;

namespace Estiba.EndToEnd.Tests.Terraform;

/// <summary>
/// Takes what one state has made into another, as somebody does who lost the first: each resource by the id that the
/// provider's documentation names for it.
/// </summary>
internal static class TerraformImport
{
    /// <summary>What the provider cannot import.</summary>
    private static readonly HashSet<string> NotImportable = new(StringComparer.Ordinal)
    {
        "aws_appautoscaling_scheduled_action",
        "aws_iam_group_membership",
    };

    /// <summary>
    /// What the provider asks nobody for after an import: its own settings, the public half of a key pair, the revision
    /// of a task definition, which it reads as <c>family:revision</c>, and in which of its two forms a configuration
    /// says where a listener forwards to: it takes both.
    /// </summary>
    private static readonly HashSet<string> NeverRead = new(StringComparer.Ordinal)
    {
        "aws_ecr_repository.force_delete",
        "aws_ecs_service.task_definition",
        "aws_ecs_service.wait_for_steady_state",
        "aws_ecs_task_set.force_delete",
        "aws_ecs_task_set.wait_until_stable",
        "aws_ecs_task_set.wait_until_stable_timeout",
        "aws_iam_user.force_destroy",
        "aws_instance.user_data_replace_on_change",
        "aws_key_pair.public_key",
        "aws_lb_listener.default_action",
    };

    /// <summary>The <c>import</c> blocks for all that a state holds.</summary>
    /// <param name="state">What <c>terraform show -json</c> says.</param>
    public static string Blocks(JsonNode state)
    {
        var blocks = new StringBuilder();
        foreach (var resource in Modules(state["values"]!["root_module"]!).SelectMany(ResourcesOf))
            if ((string?)resource!["mode"] == "managed" && !NotImportable.Contains((string)resource["type"]!))
                blocks.AppendLine(
                    $$"""
                    import {
                      to = {{resource["address"]}}
                      id = "{{IdOf((string)resource["type"]!, resource["values"]!)}}"
                    }
                    """
                );
        return blocks.ToString();
    }

    /// <summary>What would be changed of the imported resources, a line each; empty where they are as made.</summary>
    /// <param name="plan">What <c>terraform show -json</c> says of the plan with the imports.</param>
    public static IReadOnlyList<string> Differences(JsonNode plan) =>
        [
            .. plan["resource_changes"]!
                .AsArray()
                .Where(change =>
                    (string?)change!["mode"] == "managed" && !NotImportable.Contains((string)change["type"]!)
                )
                .SelectMany(change =>
                    Differing(change!["change"]!)
                        .Where(name => !NeverRead.Contains($"{change["type"]}.{name}"))
                        .Select(name => $"{change["address"]}: {name}")
                ),
        ];

    private static IEnumerable<JsonNode> Modules(JsonNode module) =>
        (module["child_modules"]?.AsArray() ?? []).SelectMany(child => Modules(child!)).Prepend(module);

    private static IEnumerable<JsonNode?> ResourcesOf(JsonNode module) => module["resources"]?.AsArray() ?? [];

    private static IEnumerable<string> Differing(JsonNode change)
    {
        if (change["importing"] is null)
            return ["is not imported"];
        if (change["replace_paths"] is JsonArray replaced)
            return replaced.Select(path => (string)path![0]!);
        var (before, after) = (change["before"]!.AsObject(), change["after"]!.AsObject());
        return before
            .Concat(after)
            .Select(member => member.Key)
            .Distinct()
            .Where(name => !JsonNode.DeepEquals(before[name], after[name]));
    }

    private static string IdOf(string type, JsonNode values) =>
        type switch
        {
            "aws_appautoscaling_policy" => $"{TargetOf(values)}/{values["name"]}",
            "aws_appautoscaling_target" => TargetOf(values),
            "aws_cloudwatch_log_metric_filter" or "aws_cloudwatch_log_stream" =>
                $"{values["log_group_name"]}:{values["name"]}",
            "aws_cloudwatch_query_definition" => $"arn:aws:logs:::query-definition:{values["query_definition_id"]}",
            "aws_ecr_account_setting"
            or "aws_ecs_account_setting_default"
            or "aws_ecs_capacity_provider"
            or "aws_ecs_cluster" => $"{values["name"]}",
            "aws_ecs_service" => $"{LastOf(values["cluster"])}/{values["name"]}",
            "aws_ecs_task_definition" => $"{values["arn"]}",
            "aws_iam_group_policy_attachment" => $"{values["group"]}/{values["policy_arn"]}",
            "aws_iam_role_policies_exclusive" or "aws_iam_role_policy_attachments_exclusive" =>
                $"{values["role_name"]}",
            "aws_iam_role_policy_attachment" => $"{values["role"]}/{values["policy_arn"]}",
            "aws_iam_user_group_membership" => string.Join(
                '/',
                values["groups"]!.AsArray().Prepend(values["user"]).Select(name => $"{name}")
            ),
            "aws_iam_user_policy_attachment" => $"{values["user"]}/{values["policy_arn"]}",
            "aws_service_discovery_instance" => $"{values["service_id"]}/{values["instance_id"]}",
            "aws_service_discovery_private_dns_namespace" => $"{values["id"]}:{values["vpc"]}",
            _ => $"{values["id"]}",
        };

    private static string TargetOf(JsonNode values) =>
        $"{values["service_namespace"]}/{values["resource_id"]}/{values["scalable_dimension"]}";

    private static string LastOf(JsonNode? arn) => $"{arn}"[($"{arn}".LastIndexOf('/') + 1)..];
}
