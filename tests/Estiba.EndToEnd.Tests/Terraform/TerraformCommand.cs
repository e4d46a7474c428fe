using System.Text.Json.Nodes;
using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Terraform;

/// <summary>
/// Terraform in a directory of its own, with the AWS provider of a mirror in the file system: nothing is loaded from
/// the network.
/// </summary>
internal sealed class TerraformCommand(Platforms.CommandLine commands)
{
    private const string Registry = "registry.terraform.io";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Obstacle =>
        !IsOnPath() ? "terraform is not on the PATH"
        : Mirror() is null
            ? $"there is no mirror with the provider hashicorp/aws: a directory {Registry} in one of Terraform's "
                + "plug-in directories, or in a directory below /opt"
        : null;

    /// <summary>Sets Terraform up for all configurations below examples/terraform at once.</summary>
    public static async Task<TerraformCommand> OpenAsync(World world)
    {
        var directory = Path.Combine(world.Root, "terraform");
        await TerraformExamples.ComposeAsync(directory);
        var configuration = Path.Combine(world.Root, "terraform.rc");
        await File.WriteAllTextAsync(
            configuration,
            $$"""provider_installation { filesystem_mirror { path = "{{Mirror()}}" } }"""
        );
        var environment = new Dictionary<string, string?>(world.Commands.Environment)
        {
            ["TF_CLI_CONFIG_FILE"] = configuration,
            ["TF_IN_AUTOMATION"] = "1",
            ["TF_INPUT"] = "0",
            ["TF_CLI_ARGS"] = "-no-color",
            ["CHECKPOINT_DISABLE"] = "1",
        };
        return new TerraformCommand(new Platforms.CommandLine(directory, environment));
    }

    public async Task<string> RunAsync(string arguments) =>
        (await commands.RunAsync($"terraform {arguments}", Limit)).Text;

    /// <summary>What a plan would still change; empty when nothing.</summary>
    public async Task<string> PlanAsync(int revision)
    {
        var plan = await commands.RunAsync($"terraform plan -detailed-exitcode -var revision={revision}", Limit);
        return plan.ExitCode == 0 ? "" : plan.Output + plan.Error;
    }

    /// <summary>
    /// Imports all that was made into a state of its own, and says what a plan would change of it then; empty when
    /// nothing.
    /// </summary>
    public async Task<IReadOnlyList<string>> ImportAsync(int revision)
    {
        var made = JsonNode.Parse(await RunAsync("show -json"))!;
        var directory = commands.Directory + "-import";
        await TerraformExamples.ComposeAsync(directory);
        await File.WriteAllTextAsync(Path.Combine(directory, "import.tf"), TerraformImport.Blocks(made));
        var elsewhere = new TerraformCommand(new Platforms.CommandLine(directory, commands.Environment));
        await elsewhere.RunAsync("init");
        await elsewhere.RunAsync($"plan -out=plan -var revision={revision}");
        return TerraformImport.Differences(JsonNode.Parse(await elsewhere.RunAsync("show -json plan"))!);
    }

    private static bool IsOnPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(directory => File.Exists(Path.Combine(directory, "terraform")));

    private static string? Mirror()
    {
        string[] usual =
        [
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".terraform.d", "plugins"),
            "/usr/local/share/terraform/plugins",
            "/usr/share/terraform/plugins",
        ];
        var packaged = Directory.Exists("/opt") ? Directory.GetDirectories("/opt") : [];
        return usual
            .Concat(packaged)
            .FirstOrDefault(directory => Directory.Exists(Path.Combine(directory, Registry, "hashicorp", "aws")));
    }
}
