using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Estiba.Contracts.Tests;

/// <summary>
/// The rules of CONTRIBUTING.md about source files, as far as neither formatter nor analyzers hold them.
/// </summary>
public sealed partial class SourceTests
{
    private const int Width = 120;

    /// <summary>The one project whose folders are not namespaces: all services use what is in it.</summary>
    private const string Flat = "src/Foundation/Contracts/";

    private static readonly string[] Folders = ["src", "tests", "benchmarks", "tools"];

    [Fact]
    public void No_line_is_longer_than_120_columns_except_in_raw_strings() =>
        Sources().SelectMany(TooLong).ShouldBeEmpty();

    [Fact]
    public void A_namespace_is_its_folder() =>
        Sources()
            .Where(source => !source.Name.StartsWith(Flat, StringComparison.Ordinal))
            .SelectMany(Misplaced)
            .ShouldBeEmpty();

    private static IEnumerable<string> TooLong(SourceFile source)
    {
        var lines = source.Text.Split('\n');
        if (lines.All(line => line.Length <= Width))
            yield break;
        var root = CSharpSyntaxTree.ParseText(source.Text).GetRoot();
        var begin = 0;
        for (var number = 1; number <= lines.Length; number++)
        {
            var length = lines[number - 1].Length;
            if (length > Width && !IsInRawString(root, begin, begin + length))
                yield return $"{source.Name}:{number} has {length} columns";
            begin += length + 1;
        }
    }

    private static bool IsInRawString(SyntaxNode root, int begin, int end) =>
        root.DescendantNodes(node =>
                node.FullSpan.IntersectsWith(Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(begin, end))
            )
            .Any(node => IsRaw(node) && node.Span.Start < end && node.Span.End > begin);

    private static bool IsRaw(SyntaxNode node) =>
        node switch
        {
            LiteralExpressionSyntax literal => literal.Token.Text.StartsWith("\"\"\"", StringComparison.Ordinal),
            // The token of one that goes over several lines has its end of line too.
            InterpolatedStringExpressionSyntax text => text.StringStartToken.Text.Contains(
                "\"\"\"",
                StringComparison.Ordinal
            ),
            _ => false,
        };

    private static IEnumerable<string> Misplaced(SourceFile source)
    {
        var expected = NamespaceOf(source.Name);
        var actual = NamespaceLine().Match(source.Text) is { Success: true } match ? match.Groups["name"].Value : null;
        if (
            actual is not null
            && actual != expected
            && !IsPartOfTypeAbove(source.Name, actual)
            && !IsRecordOfModule(source.Name, actual)
        )
            yield return $"{source.Name} has the namespace {actual}, not {expected}";
    }

    /// <summary>
    /// The parts of a service's operations stand in the folders of their resources: EcsApi.Clusters.cs.
    /// </summary>
    private static bool IsPartOfTypeAbove(string name, string actual)
    {
        if (Path.GetFileName(name).Split('.') is not [var type, _, "cs"])
            return false;
        var above = Path.GetDirectoryName(name);
        while (above is { Length: > 0 } && NamespaceOf($"{above}/{type}.cs") != actual)
            above = Path.GetDirectoryName(above);
        return above is { Length: > 0 } && File.Exists(Path.Combine(Repository.Root, above, type + ".cs"));
    }

    /// <summary>
    /// What a module keeps, and the states of it, stand with the resource and belong to the whole module: the
    /// records of ECS are what its folders share.
    /// </summary>
    private static bool IsRecordOfModule(string name, string actual) =>
        RecordFile().IsMatch(Path.GetFileName(name))
        && NamespaceOf(name).StartsWith(actual + ".", StringComparison.Ordinal);

    private static string NamespaceOf(string name)
    {
        var folder = new DirectoryInfo(Path.Combine(Repository.Root, Path.GetDirectoryName(name)!));
        List<string> parts = [];
        while (folder.GetFiles("*.csproj") is not [_])
        {
            parts.Insert(0, folder.Name);
            folder = folder.Parent!;
            if (folder.FullName.Length <= Repository.Root.Length)
                return "";
        }

        return string.Join('.', [Path.GetFileNameWithoutExtension(folder.GetFiles("*.csproj")[0].Name), .. parts]);
    }

    private static IEnumerable<SourceFile> Sources() =>
        Folders
            .SelectMany(folder =>
                Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            )
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Where(name =>
                !name.Contains("/obj/", StringComparison.Ordinal) && !name.Contains("/bin/", StringComparison.Ordinal)
            )
            .Select(name => new SourceFile(name, File.ReadAllText(Path.Combine(Repository.Root, name))));

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(
        "(Record|Cluster.*Status|Instance.*Status|Task.*Status|TaskResources)[.]cs$",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex RecordFile();

    private sealed record SourceFile(string Name, string Text);
}
