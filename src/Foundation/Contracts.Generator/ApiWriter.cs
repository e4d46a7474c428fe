namespace Estiba.Contracts.Generator;

/// <summary>Writes the operation interface of a service, its dispatcher and its client.</summary>
internal static class ApiWriter
{
    private const string Task = "global::System.Threading.Tasks.Task";
    private const string Cancellation = "global::System.Threading.CancellationToken";

    internal static string Write(Contract contract)
    {
        var source = new Source("Estiba.Contracts." + contract.Name);
        WriteModel(source, contract);
        if (contract.Operations.Count == 0)
            return source.ToString();
        WriteInterface(source, contract);
        WriteDispatcher(source, contract);
        WriteClient(source, contract);
        return source.ToString();
    }

    private static void WriteInterface(Source source, Contract contract)
    {
        source.Line(
            $"/// <summary>The operations of {contract.Fact("serviceId")}, as a customer's request or "
                + "another service calls them.</summary>"
        );
        source.Open($"public interface I{contract.Name}Api : IAwsApi<I{contract.Name}Api>");
        source.Line($"static ServiceModel IAwsApi<I{contract.Name}Api>.Service => {contract.Name}Model.Service;");
        source.Line(
            $"static I{contract.Name}Api IAwsApi<I{contract.Name}Api>.Over(ITransport transport) => new "
                + $"{contract.Name}Client(transport);"
        );
        source.Line(
            $"static ServiceDispatcher IAwsApi<I{contract.Name}Api>.Dispatch(I{contract.Name}Api api) => new "
                + $"{contract.Name}Dispatcher(api);"
        );
        foreach (var operation in contract.Operations)
        {
            source.Line(
                $"/// <summary>The operation <c>{operation.Name}</c>; answers \"not implemented\" unless a class "
                    + "implements it.</summary>"
            );
            source.Line(
                $"{Signature(contract, operation)} => throw "
                    + $"AwsException.NotImplemented({Names.Literal(contract.Service)}, "
                    + $"{Names.Literal(operation.Name)});"
            );
        }

        source.Close().Line();
    }

    private static void WriteModel(Source source, Contract contract)
    {
        source.Line($"/// <summary>The facts of {contract.Fact("serviceId")} and its operations.</summary>");
        source.Open($"public static class {contract.Name}Model");
        source.Open("public static readonly ServiceModel Service = new()");
        source.Line($"Name = {Names.Literal(contract.Service)},");
        source.Line($"ServiceId = {Names.LiteralOrNull(contract.Fact("serviceId"))}!,");
        source.Line($"SigningName = {Names.Literal(SigningName(contract))},");
        source.Line($"ApiVersion = {Names.LiteralOrNull(contract.Fact("apiVersion"))} ?? \"\",");
        source.Line(
            $"Protocols = [{string.Join(", ", contract.Protocols.Select(name => ProtocolOf(contract, name)))}],"
        );
        source.Line($"TargetPrefix = {Names.LiteralOrNull(contract.Fact("targetPrefix"))},");
        source.Line($"XmlNamespace = {Names.LiteralOrNull(contract.Fact("xmlNamespace"))},");
        source.Line($"Validation = {Names.LiteralOrNull(contract.Fact("validation"))} ?? \"ValidationException\",");
        if (contract.Number("largestRequest") is { } largest)
            source.Line($"LargestRequestBytes = {largest},");
        if (contract.IsQueryCompatible)
            source.Line("IsQueryCompatible = true,");
        if (contract.Fact("resourceUrl") is { } resource)
            source.Line($"ResourceUrl = {Names.Literal(resource)},");
        if (contract.Fact("virtualHost") is { } label)
            source.Line($"HostLabel = {Names.Literal(label)},");
        source.Line("Operations = new OperationTable(static () =>");
        source.Line($"    {Names.Literal(Rows(contract))}u8");
        source.Line("),");
        source.Close("};");
        foreach (var operation in contract.Operations)
            source.Line(
                $"public static readonly OperationModel {operation.Name} = new({Names.Literal(operation.Name)}, "
                    + $"{Names.LiteralOrNull(operation.ResultWrapper)}, {Flag(operation.Anonymous)}, "
                    + $"{Flag(operation.HasOutput)}){Http(contract, operation)};"
            );
        source.Close().Line();
    }

    private static void WriteDispatcher(Source source, Contract contract)
    {
        source.Line(
            "/// <summary>Finds the operation that a request names and calls it on an implementation of <see "
                + $"cref=\"I{contract.Name}Api\"/>.</summary>"
        );
        source.Line(
            $"public sealed class {contract.Name}Dispatcher(I{contract.Name}Api api) : "
                + $"ServiceDispatcher({contract.Name}Model.Service, typeof(I{contract.Name}Api), api.GetType(),"
        );
        source.Line("[");
        foreach (var operation in contract.Operations)
            source.Line(
                $"    OperationHandler.Create<{Type(contract, operation.Input!)}, "
                    + $"{Type(contract, operation.Output!)}>({contract.Name}Model.{operation.Name}, "
                    + $"api.{operation.Name}Async),"
            );
        source.Line("]);").Line();
    }

    private static void WriteClient(Source source, Contract contract)
    {
        source.Line(
            $"/// <summary>Calls {contract.Fact("serviceId")}; an error answered is thrown as "
                + "<see cref=\"AwsException\"/>.</summary>"
        );
        source.Open($"public sealed class {contract.Name}Client(ITransport transport) : I{contract.Name}Api");
        source.Line("/// <summary>A client that calls over HTTP with signed requests.</summary>");
        source.Line($"public {contract.Name}Client(AwsClientOptions options) : this(new HttpTransport(options)) {{ }}");
        foreach (var operation in contract.Operations)
        {
            var call = $"transport.SendAsync<{Type(contract, operation.Input!)}, {Type(contract, operation.Output!)}>";
            source.Line(
                $"public {Signature(contract, operation)} => {call}({contract.Name}Model.Service, "
                    + $"{contract.Name}Model.{operation.Name}, request, context, cancellation);"
            );
        }

        source.Close();
    }

    private static string ProtocolOf(Contract contract, string name) =>
        "global::Estiba.Contracts.Protocols.Protocol."
        + name switch
        {
            "json" => contract.Fact("jsonVersion") == "1.0" ? "Json10" : "Json11",
            "query" => "Query",
            "ec2" => "Ec2",
            "rest-json" => "RestJson",
            // Amazon S3 alone answers errors without an element around them ("noErrorWrapping").
            "rest-xml" => contract.Fact("errors") == "bare" ? "RestXmlBare" : "RestXml",
            "smithy-rpc-v2-cbor" => "Cbor",
            _ => throw new System.InvalidOperationException(
                $"{contract.Service} speaks {name}, which nobody has written."
            ),
        };

    // One operation in the table of all: its name, and its route where the path names operations.
    private static string Row(Contract contract, Operation operation)
    {
        var row = "\n" + operation.Name;
        // What a request must have in its query or its headers tells operations apart that have the same path.
        if (contract.IsRest)
            row += $" {operation.Method} {operation.Uri} {string.Join(",", operation.Required)}";
        return row + (operation.Anonymous ? " !\n" : "\n");
    }

    private static string Http(Contract contract, Operation operation)
    {
        var facts = new System.Collections.Generic.List<string>();
        if (operation.Method != "POST")
            facts.Add($"Method = {Names.Literal(operation.Method)}");
        if (operation.Uri != "/")
            facts.Add($"Uri = {Names.Literal(operation.Uri)}");
        if (operation.Status != 200)
            facts.Add($"Status = {operation.Status}");
        if (operation.HostPrefix is { } prefix)
            facts.Add($"HostPrefix = {Names.Literal(prefix)}");
        if (operation.InputElement is { } element)
            facts.Add($"InputElement = {Names.Literal(element)}");
        if (operation.InputNamespace is { } space)
            facts.Add($"InputNamespace = {Names.Literal(space)}");
        if (contract.HasStream(operation.Input))
            facts.Add("StreamsRequest = true");
        return facts.Count == 0 ? "" : $" {{ {string.Join(", ", facts)} }}";
    }

    private static string SigningName(Contract contract) =>
        contract.Fact("signingName") ?? contract.Fact("endpointPrefix") ?? contract.Service;

    private static string Rows(Contract contract) =>
        string.Concat(contract.AllOperations.Select(operation => Row(contract, operation)));

    private static string Signature(Contract contract, Operation operation) =>
        $"{Task}<{Type(contract, operation.Output!)}> {operation.Name}Async({Type(contract, operation.Input!)} "
        + $"request, CallContext context, {Cancellation} cancellation = default)";

    private static string Flag(bool value) => value ? "true" : "false";

    private static string Type(Contract contract, string shape) => contract.Shapes[shape].TypeName;
}
