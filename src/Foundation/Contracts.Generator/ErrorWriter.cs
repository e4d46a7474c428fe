using System.Linq;

namespace Estiba.Contracts.Generator;

/// <summary>Writes the factories of every error that the contract names.</summary>
internal static class ErrorWriter
{
    internal static string Write(Contract contract)
    {
        var source = new Source("Estiba.Contracts." + contract.Name);
        source.Line($"/// <summary>The errors that {contract.Name} answers with, to be thrown.</summary>");
        source.Open($"public static class {contract.Name}Errors");
        foreach (var shape in contract.Shapes.Values.Where(shape => shape.IsException))
        {
            // What moved from the query protocol to another has a code for each.
            var (code, queryCode) =
                contract.IsQueryCompatible && shape.ErrorCode != shape.Name
                    ? (shape.Name, $"QueryCode = {Names.Literal(shape.ErrorCode)}, ")
                    : (shape.ErrorCode, "");
            var (name, error) = (Names.Pascal(shape.Name), $"new({Names.Literal(code)}, message, {shape.ErrorStatus})");
            var more = queryCode.Length == 0 ? "" : $" {{ {queryCode}}}";
            source.Line($"public static AwsException {name}(string message) => {error}{more};");
            if (shape.Details() is { } details)
                source.Line(
                    $"public static AwsException {name}(string message, {details.TypeName} details) => {error} {{ "
                        + $"{queryCode}Details = details }};"
                );
        }

        return source.Close().ToString();
    }
}
