using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace Estiba.Contracts.Generator;

/// <summary>How names of a contract become names in C#.</summary>
internal static class Names
{
    // Names that every C# file already knows through the implicit usings: such a shape carries its service's name in
    // front (EcsTask).
    private static readonly HashSet<string> Taken = new(StringComparer.Ordinal)
    {
        "Action",
        "Attribute",
        "Buffer",
        "Environment",
        "Exception",
        "Index",
        "KeyValuePair",
        "Lock",
        "Monitor",
        "Object",
        "Random",
        "Range",
        "Task",
        "Timer",
        "Type",
        "Version",
    };

    internal static string Type(string shape, string service) =>
        Taken.Contains(shape) ? service + shape : Pascal(shape);

    /// <summary>The first letter of each part in upper case.</summary>
    internal static string Pascal(string name) =>
        string.Concat(name.Split('-').Where(part => part.Length > 0).Select(Upper));

    private static string Upper(string part) => char.ToUpperInvariant(part[0]) + part.Substring(1);

    /// <summary>
    /// A constant's name for a value of an enumeration: <c>DELETE_IN_PROGRESS</c> becomes <c>DeleteInProgress</c>.
    /// </summary>
    internal static string Constant(string value)
    {
        var name = new StringBuilder();
        var start = true;
        var shouting = value.Any(char.IsUpper) && !value.Any(char.IsLower);
        foreach (var letter in value)
        {
            if (!char.IsLetterOrDigit(letter))
            {
                start = true;
                continue;
            }

            name.Append(
                start ? char.ToUpperInvariant(letter)
                : shouting ? char.ToLowerInvariant(letter)
                : letter
            );
            start = false;
        }

        if (name.Length == 0 || char.IsDigit(name[0]))
            name.Insert(0, "Value");
        return name.ToString();
    }

    /// <summary>A C# string literal.</summary>
    internal static string Literal(string text) =>
        Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(text, quote: true);

    internal static string LiteralOrNull(string? text) => text is null ? "null" : Literal(text);
}
