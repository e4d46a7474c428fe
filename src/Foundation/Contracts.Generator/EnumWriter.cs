using System;
using System.Collections.Generic;
using System.Linq;

namespace Estiba.Contracts.Generator;

/// <summary>
/// Writes the values of every enumeration as constants; a value AWS adds later still passes through as the string it
/// is.
/// </summary>
internal static class EnumWriter
{
    internal static string Write(Contract contract)
    {
        var source = new Source("Estiba.Contracts." + contract.Name);
        foreach (var shape in contract.Shapes.Values.Where(shape => shape.Enum.Length > 0))
        {
            source.Line($"/// <summary>The values of <c>{shape.Name}</c>.</summary>");
            source.Open($"public static class {shape.TypeName}");
            var used = new HashSet<string>(StringComparer.Ordinal) { shape.TypeName, "All" };
            foreach (var value in shape.Enum)
            {
                var name = Names.Constant(value);
                while (!used.Add(name))
                    name += "Value";
                source.Line($"public const string {name} = {Names.Literal(value)};");
            }

            source.Line(
                $"internal static readonly string[] All = [{string.Join(", ", shape.Enum.Select(Names.Literal))}];"
            );
            source.Close().Line();
        }

        return source.ToString();
    }
}
