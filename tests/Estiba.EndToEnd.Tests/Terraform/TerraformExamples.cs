using System.Text;
using System.Text.RegularExpressions;

namespace Estiba.EndToEnd.Tests.Terraform;

/// <summary>
/// The configurations below examples/terraform, put together to one of which each is a module: so one provider does for
/// all of them what each needs on its own.
/// </summary>
internal static partial class TerraformExamples
{
    private const string Provider = """
        terraform {
          required_providers {
            aws = {
              source  = "hashicorp/aws"
              version = "~> 5.0"
            }
          }
        }

        provider "aws" {
          skip_metadata_api_check     = true
          skip_region_validation      = true
          skip_credentials_validation = true

          # In ecs a tag has a resource of its own.
          ignore_tags {
            keys = ["Team"]
          }
        }

        variable "revision" {
          type = number
        }

        """;

    /// <summary>
    /// Those that take minutes, because AWS's provider waits 25 seconds after each change of a queue, whoever answers:
    /// they are run by hand.
    /// </summary>
    private static readonly string[] Slow = ["messaging"];

    /// <summary>Writes the whole configuration into a directory.</summary>
    public static async Task ComposeAsync(string directory)
    {
        var root = new StringBuilder(Provider);
        foreach (var example in Directory.GetDirectories(Root()).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(example);
            if (Slow.Contains(name))
                continue;
            root.AppendLine(
                $$"""
                module "{{name}}" {
                  source   = "./{{name}}"
                  revision = var.revision
                }
                """
            );
            Directory.CreateDirectory(Path.Combine(directory, name));
            foreach (var file in Directory.GetFiles(example, "*.tf"))
                await File.WriteAllTextAsync(
                    Path.Combine(directory, name, Path.GetFileName(file)),
                    OwnProvider().Replace(await File.ReadAllTextAsync(file), "")
                );
        }

        await File.WriteAllTextAsync(Path.Combine(directory, "main.tf"), root.ToString());
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Estiba.slnx")))
            directory = directory.Parent!;
        return Path.Combine(directory.FullName, "examples", "terraform");
    }

    [GeneratedRegex("""^provider "aws" \{(\}|.*?^\})$""", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex OwnProvider();
}
