using System.Text;
using Estiba.Hosting;

namespace Estiba.CommandLine;

/// <summary><c>docs/compatibility.md</c>, which a test compares with what the code has.</summary>
internal static class CompatibilityPage
{
    internal const string Path = "docs/compatibility.md";

    internal static string Render(IEnumerable<Coverage> services)
    {
        var page = new StringBuilder();
        var all = services.ToList();
        page.AppendLine("# Compatibility")
            .AppendLine()
            .AppendLine(
                "Which operations of each AWS service Estiba implements. Written by `./estiba coverage --write` "
                    + "from the contracts and the code;"
            )
            .AppendLine(
                "a test fails when it is out of date. An operation that is not implemented answers the error "
                    + "`UnsupportedOperation`, of Amazon S3 `NotImplemented`."
            )
            .AppendLine(
                "Of the services without an implemented operation only the number is told here; "
                    + "`./estiba coverage --all` names them."
            )
            .AppendLine()
            .AppendLine("| service | implemented | of |")
            .AppendLine("|---|---:|---:|");
        foreach (var service in all)
            page.AppendLine($"| {service.Service} | {service.Implemented.Count} | {service.Total} |");
        foreach (var service in all.Where(service => service.Implemented.Count > 0))
        {
            page.AppendLine().AppendLine($"## {service.Service}");
            AppendList(page, "Implemented", service.Implemented);
            AppendList(page, "Not implemented", service.Missing);
        }

        return page.ToString().ReplaceLineEndings("\n");
    }

    private static void AppendList(StringBuilder page, string title, IReadOnlyList<string> operations)
    {
        if (operations.Count == 0)
            return;
        page.AppendLine().AppendLine($"{title}:").AppendLine();
        foreach (var operation in operations)
            page.AppendLine($"- {operation}");
    }
}
