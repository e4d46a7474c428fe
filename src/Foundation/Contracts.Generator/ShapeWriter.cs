using System.Collections.Generic;
using System.Linq;

namespace Estiba.Contracts.Generator;

/// <summary>
/// Writes every structure as an immutable record that can be read, written and validated without reflection.
/// </summary>
internal sealed class ShapeWriter(Contract contract, Source source)
{
    internal static string Write(Contract contract)
    {
        var source = new Source("Estiba.Contracts." + contract.Name);
        var writer = new ShapeWriter(contract, source);
        foreach (var shape in contract.Structures)
            writer.WriteStructure(shape);
        return source.ToString();
    }

    private void WriteStructure(Shape shape)
    {
        source.Line(
            $"[global::System.Text.Json.Serialization.JsonConverter(typeof(ShapeJsonConverter<{shape.TypeName}>))]"
        );
        source.Open($"public sealed partial record {shape.TypeName} : IShape<{shape.TypeName}>");
        foreach (var member in shape.Members)
            source.Line($"public {TypeOf(member)}? {member.Property} {{ get; init; }}");
        source.Line();
        WriteSchema(shape);
        WriteRead(shape);
        WriteWrite(shape);
        WriteValidate(shape);
        source.Line("/// <summary>The structure as JSON with what is sensitive blotted out.</summary>");
        source.Line("public override string ToString() => ShapeJson.Describe(this);");
        source.Close().Line();
    }

    private void WriteSchema(Shape shape)
    {
        source.Line("/// <inheritdoc />");
        source.Line($"public static StructureSchema Schema {{ get; }} = new({Names.Literal(shape.Name)},");
        source.Line("[");
        foreach (var member in shape.Members)
            source.Line($"    {MemberSchema(member)},");
        source.Line($"]){StructureFacts(shape)};").Line();
    }

    private static string StructureFacts(Shape shape)
    {
        var facts = new List<string>();
        if (shape.Payload is { } payload)
            facts.Add($"Payload = {System.Array.FindIndex(shape.Members, member => member.Name == payload)}");
        if (shape.LocationName is { } name)
            facts.Add($"ElementName = {Names.Literal(name)}");
        if (shape.XmlNamespace is { } space)
            facts.Add($"XmlNamespace = {Names.Literal(space)}");
        return facts.Count == 0 ? "" : $" {{ {string.Join(", ", facts)} }}";
    }

    private string MemberSchema(Member member)
    {
        var target = contract.Shapes[member.Shape];
        var facts = new List<string> { Names.Literal(member.Name) };
        if (member.LocationName is { } location)
            facts.Add($"LocationName = {Names.Literal(location)}");
        if (member.QueryName is { } query)
            facts.Add($"QueryName = {Names.Literal(query)}");
        if (member.IsFlattened || target.IsFlattened)
            facts.Add("Flattened = true");
        if ((member.TimestampFormat ?? target.TimestampFormat) is { } format)
            facts.Add($"TimestampFormat = {Names.Literal(format)}");
        if (LocationOf(member, target) is { } place)
            facts.Add($"Location = MemberLocation.{place}");
        if (member.Location is null && contract.Protocols.Contains("rest-json") && member.LocationName is { } json)
            facts.Add($"JsonName = {Names.Literal(json)}");
        if (member.IsXmlAttribute)
            facts.Add("IsXmlAttribute = true");
        if ((member.XmlNamespace ?? target.XmlNamespace) is { } space)
            facts.Add($"XmlNamespace = {Names.Literal(space)}");
        if ((member.XmlPrefix ?? target.XmlPrefix) is { } prefix)
            facts.Add($"XmlPrefix = {Names.Literal(prefix)}");
        if (target.IsException)
            facts.Add("IsError = true");
        if (IsSensitive(target))
            facts.Add("Sensitive = true");
        if (target.Element?.LocationName is { } item)
            facts.Add($"ItemName = {Names.Literal(item)}");
        if (target.Key?.LocationName is { } key)
            facts.Add($"KeyName = {Names.Literal(key)}");
        if (target.Value?.LocationName is { } value)
            facts.Add($"ValueName = {Names.Literal(value)}");
        return facts.Count == 1 ? $"new({facts[0]})" : $"new({facts[0]}) {{ {string.Join(", ", facts.Skip(1))} }}";
    }

    private static string? LocationOf(Member member, Shape target) =>
        member.Location switch
        {
            "uri" => "Label",
            "querystring" => "Query",
            "header" => "Header",
            "headers" => "PrefixHeaders",
            "statusCode" => "Status",
            _ when target.IsEventStream => "Events",
            _ when member.IsEventHeader => "EventHeader",
            _ when member.IsEventPayload => "EventPayload",
            _ => null,
        };

    private bool IsSensitive(Shape shape) =>
        shape.IsSensitive || (shape.Element is { } element && contract.Shapes[element.Shape].IsSensitive);

    private void WriteRead(Shape shape)
    {
        source.Line("/// <inheritdoc />");
        source.Open($"public static {shape.TypeName} Read(ShapeReader reader)");
        foreach (var (member, index) in shape.Members.Select((member, index) => (member, index)))
            source.Line($"{TypeOf(member)}? v{index} = null;");
        source.Line("reader.BeginStructure(Schema);");
        source.Open("for (int member; (member = reader.NextMember(Schema)) >= 0;)");
        if (shape.Members.Length > 0)
        {
            source.Open("switch (member)");
            foreach (var (member, index) in shape.Members.Select((member, index) => (member, index)))
                source.Line($"case {index}: v{index} = {ReadOf(member, "reader")}; break;");
            source.Close();
        }

        source.Close();
        source.Line(
            $"return new {shape.TypeName} {{ "
                + string.Join(", ", shape.Members.Select((member, index) => $"{member.Property} = v{index}"))
                + " };"
        );
        source.Close().Line();
    }

    private void WriteWrite(Shape shape)
    {
        source.Line("/// <inheritdoc />");
        source.Open("public void Write(ShapeWriter writer)");
        source.Line("writer.BeginStructure(Schema);");
        foreach (var (member, index) in shape.Members.Select((member, index) => (member, index)))
            source.Line(
                $"if ({member.Property} is {{ }} v{index}) {{ writer.Member(Schema.Members[{index}]); "
                    + $"{WriteOf(member, "writer", $"v{index}")}; }}"
            );
        source.Line("writer.EndStructure();");
        source.Close().Line();
    }

    private void WriteValidate(Shape shape)
    {
        source.Line("/// <inheritdoc />");
        source.Open("public void Validate(ShapeValidator validator)");
        if (shape.IsInput)
        {
            foreach (var member in shape.Members)
            {
                var target = contract.Shapes[member.Shape];
                var shown = Names.Literal(ShownName(member));
                if (shape.Required.Contains(member.Name))
                    source.Line(
                        $"validator.Required({shown}, {member.Property}"
                            + (member.MayBeEmpty ? ", mayBeEmpty: true);" : ");")
                    );
                if (!contract.IsStream(member) && (target.IsConstrained || target.HasOwnConstraint))
                    source.Line(
                        $"if ({member.Property} is {{ }} {Local(member)}) {ValidateOf(member, shown, Local(member))}"
                    );
            }
        }

        source.Close().Line();
    }

    // A property often has its type's name, which then needs the namespace in front.
    private string Qualified(Shape shape) => $"global::Estiba.Contracts.{contract.Name}.{shape.TypeName}";

    private bool NamesParameters => contract.Fact("validation") == "parameters";

    /// <summary>
    /// What a message calls a member. Some services know it by the parameter of a form: the member InstanceIds is
    /// InstanceId.1, InstanceId.2, ...
    /// </summary>
    private string ShownName(Member member)
    {
        if (!NamesParameters)
            return member.Name;
        var name = member.QueryName ?? member.LocationName ?? member.Name;
        return char.ToUpperInvariant(name[0]) + name.Substring(1);
    }

    private static string Local(Member member) => "the" + member.Property;

    /// <summary>The variable for an item of a collection, which may itself be a part of an item.</summary>
    private static string ItemOf(string collection) => "item" + collection.Replace(".", "");

    private string ValidateOf(Member member, string name, string value)
    {
        var shape = contract.Shapes[member.Shape];
        switch (shape.Type)
        {
            case "structure":
                return $"{{ validator.Enter({name}); {value}.Validate(validator); validator.Leave(); }}";
            case "list":
            {
                var inner = contract.Shapes[shape.Element!.Shape];
                var check =
                    shape.Min is null && shape.Max is null
                        ? ""
                        : $"validator.Count({name}, {value}.Count, {shape.Min ?? "null"}, {shape.Max ?? "null"}); ";
                if (!inner.IsConstrained && !inner.HasOwnConstraint)
                    return $"{{ {check}}}";
                var item = ItemOf(value);
                return $"{{ {check}var n{item} = 0; foreach (var {item} in {value}) {{ "
                    + $"validator.EnterItem({name}, ++n{item}{ItemConstraints(inner)}); "
                    + $"{ValidateItem(shape.Element, name, item)} validator.Leave(); }} }}";
            }

            case "map":
            {
                var check =
                    shape.Min is null && shape.Max is null
                        ? ""
                        : $"validator.Count({name}, {value}.Count, {shape.Min ?? "null"}, {shape.Max ?? "null"}); ";
                var key = contract.Shapes[shape.Key!.Shape];
                var inner = contract.Shapes[shape.Value!.Shape];
                var item = ItemOf(value);
                var parts = "";
                if (key.HasOwnConstraint)
                    parts += ValidateOf(shape.Key, "\"key\"", $"{item}.Key") + " ";
                if (inner.IsConstrained || inner.HasOwnConstraint)
                    parts += ValidateOf(shape.Value, "\"value\"", $"{item}.Value") + " ";
                return parts.Length == 0
                    ? $"{{ {check}}}"
                    : $"{{ {check}foreach (var {item} in {value}) {{ validator.Enter({name}); "
                        + $"{parts}validator.Leave(); }} }}";
            }

            case "string":
            {
                var checks = "";
                if (shape.Enum.Length > 0)
                    checks +=
                        $"validator.Enum({name}, {value}, {Qualified(shape)}.All"
                        + (shape.Subject is { } subject ? $", {Names.Literal(subject)}); " : "); ");
                if (shape.Min is not null || shape.Max is not null)
                    checks += $"validator.Length({name}, {value}, {shape.Min ?? "null"}, {shape.Max ?? "null"}); ";
                if (shape.Pattern is { } pattern)
                    checks +=
                        $"validator.Pattern({name}, {value}, {Names.Literal(pattern)}, "
                        + $"{Names.LiteralOrNull(shape.ShownPattern)}); ";
                return $"{{ {checks}}}";
            }

            case "integer"
            or "long"
            or "double"
            or "float":
                return shape.Min is null && shape.Max is null
                    ? "{ }"
                    : $"{{ validator.Range({name}, {value}, {shape.Min ?? "null"}, {shape.Max ?? "null"}); }}";
            case "blob":
                return $"{{ validator.Size({name}, {value}.Length, {shape.Min ?? "null"}, {shape.Max ?? "null"}); }}";
            default:
                return "{ }";
        }
    }

    // What the items of a list of texts must satisfy, in AWS's words and order.
    private string ItemConstraints(Shape item)
    {
        if (NamesParameters || item.Type != "string" || item.Enum.Length > 0)
            return "";
        var constraints = new List<string>();
        if (item.Max is { } max)
            constraints.Add($"Member must have length less than or equal to {max}");
        if (item.Min is { } min)
            constraints.Add($"Member must have length greater than or equal to {min}");
        if (item.Pattern is { } pattern)
            constraints.Add($"Member must satisfy regular expression pattern: {pattern}");
        return ", " + Names.Literal(string.Join(", ", constraints));
    }

    // AWS's paths go through "member", which the parameters of a form do not have.
    private string ValidateItem(Member element, string list, string item) =>
        !NamesParameters ? ValidateOf(element, "\"member\"", item)
        : contract.Shapes[element.Shape].IsStructure ? $"{item}.Validate(validator);"
        : ValidateOf(element, list, item);

    private string TypeOf(Member member)
    {
        var shape = contract.Shapes[member.Shape];
        return shape.Type switch
        {
            _ when shape.IsDocument => "global::System.Text.Json.JsonElement",
            _ when shape.IsEventStream => $"global::System.Collections.Generic.IAsyncEnumerable<{Qualified(shape)}>",
            _ when contract.IsStream(member) => "global::System.IO.Stream",
            "structure" => Qualified(shape),
            "list" => $"global::System.Collections.Generic.IReadOnlyList<{TypeOf(shape.Element!)}>",
            "map" => $"global::System.Collections.Generic.IReadOnlyDictionary<string, {TypeOf(shape.Value!)}>",
            "string" or "character" => "string",
            "integer" => "int",
            "long" => "long",
            "double" or "float" => "double",
            "boolean" => "bool",
            "timestamp" => "global::System.DateTimeOffset",
            "blob" => "global::System.ReadOnlyMemory<byte>",
            _ => throw new System.InvalidOperationException(
                $"{contract.Service}: shape {shape.Name} has the unknown type {shape.Type}."
            ),
        };
    }

    private string ReadOf(Member member, string reader)
    {
        var shape = contract.Shapes[member.Shape];
        return shape.Type switch
        {
            _ when shape.IsDocument => $"{reader}.ReadDocument()",
            _ when shape.IsEventStream => $"{reader}.ReadEvents<{Qualified(shape)}>()",
            _ when contract.IsStream(member) => $"{reader}.ReadStream()",
            "structure" => $"{Qualified(shape)}.Read({reader})",
            "list" => $"{reader}.ReadList(static r => {ReadOf(shape.Element!, "r")})",
            "map" => $"{reader}.ReadMap(static r => {ReadOf(shape.Value!, "r")})",
            _ => $"{reader}.Read{Simple(shape)}()",
        };
    }

    private string WriteOf(Member member, string writer, string value)
    {
        var shape = contract.Shapes[member.Shape];
        return shape.Type switch
        {
            _ when shape.IsDocument => $"{writer}.Document({value})",
            _ when shape.IsEventStream => $"{writer}.Events({value})",
            _ when contract.IsStream(member) => $"{writer}.Stream({value})",
            "structure" => $"{value}.Write({writer})",
            "list" => $"{writer}.List({value}, static (w, item) => {WriteOf(shape.Element!, "w", "item")})",
            "map" => $"{writer}.Map({value}, static (w, item) => {WriteOf(shape.Value!, "w", "item")})",
            _ => $"{writer}.{Simple(shape)}({value})",
        };
    }

    private static string Simple(Shape shape) =>
        shape.Type switch
        {
            "string" or "character" => "String",
            "integer" => "Integer",
            "long" => "Long",
            "double" or "float" => "Double",
            "boolean" => "Boolean",
            "timestamp" => "Timestamp",
            "blob" => "Blob",
            var other => throw new System.InvalidOperationException($"The unknown type {other}."),
        };
}
