using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Estiba.Contracts.Generator;

/// <summary>
/// Turns every file of <c>contracts/</c> into the facts of its service, and the operations that <c>contracts/typed</c>
/// lists for it into records, readers, writers, validation, the operation interface, its dispatcher and its client.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ContractGenerator : IIncrementalGenerator
{
    private const string TypedExtension = ".typed";

    /// <inheritdoc />
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var typed = context
            .AdditionalTextsProvider.Where(static file => file.Path.EndsWith(TypedExtension, StringComparison.Ordinal))
            .Select(static (file, cancellation) => (Service: NameOf(file), Text: TextOf(file, cancellation)))
            .Collect();
        var contracts = context
            .AdditionalTextsProvider.Where(static file => file.Path.EndsWith(".json", StringComparison.Ordinal))
            .Select(static (file, cancellation) => (Service: NameOf(file), Json: TextOf(file, cancellation)))
            .Combine(typed)
            .Select(
                static (pair, _) => (pair.Left.Service, pair.Left.Json, Typed: TypedOf(pair.Left.Service, pair.Right))
            );

        context.RegisterSourceOutput(contracts, static (output, file) =>
        {
            var contract = Contract.Parse(file.Json, file.Typed);
            if (contract.Shapes.Count > 0)
            {
                Add("Shapes", ShapeWriter.Write(contract));
                Add("Enums", EnumWriter.Write(contract));
            }

            if (contract.AllOperations.Count > 0)
                Add("Api", ApiWriter.Write(contract));
            if (contract.Operations.Count > 0)
                Add("Errors", ErrorWriter.Write(contract));

            void Add(string part, string source) =>
                output.AddSource($"{contract.Name}.{part}.g.cs", SourceText.From(source, Encoding.UTF8));
        });

        // The assembly of the contracts lists all services that it knows; a test's own contracts are no part of that.
        var services = contracts.Select(static (file, _) => CatalogueWriter.NameOf(file.Json)).Collect();
        var home = context.CompilationProvider.Select(
            static (compilation, _) => compilation.AssemblyName == "Estiba.Contracts"
        );
        context.RegisterSourceOutput(services.Combine(home), static (output, all) =>
        {
            if (all.Right)
                output.AddSource(
                    "ServiceCatalogue.g.cs",
                    SourceText.From(CatalogueWriter.Write(all.Left.OfType<string>()), Encoding.UTF8)
                );
        });
    }

    private static TypedOperations TypedOf(string service, ImmutableArray<(string Service, string Text)> typed)
    {
        foreach (var (name, text) in typed)
            if (name == service)
                return new TypedOperations(text);
        return TypedOperations.None;
    }

    private static string NameOf(AdditionalText file) => Path.GetFileNameWithoutExtension(file.Path);

    private static string TextOf(AdditionalText file, System.Threading.CancellationToken cancellation) =>
        file.GetText(cancellation)?.ToString() ?? "";
}
