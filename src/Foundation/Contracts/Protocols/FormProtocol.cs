using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Estiba.Contracts.Protocols;

/// <summary>The query protocol and EC2's dialect of it: a form comes, XML goes.</summary>
/// <param name="ec2">Whether names and lists follow EC2's rules.</param>
internal abstract class FormProtocol(bool ec2) : Protocol
{
    public override OperationNaming Naming => OperationNaming.Body;

    // A form says nothing in its head: whoever posts without another protocol's mark may have one in the body.
    public override bool IsSpoken(WireRequest request) =>
        (request.Path.Length <= 1 || ResourcePath.Is(request.Path))
        && (request.Method == "POST" || (request.Method == "GET" && HasAction(request.Query)));

    private static bool HasAction(string query) =>
        query.StartsWith("Action=", StringComparison.Ordinal) || query.Contains("&Action=", StringComparison.Ordinal);

    public override string? NameOf(ServiceModel service) => service.ApiVersion;

    public override string? ServiceOf(WireRequest request) => Version(request);

    public override string? OperationOf(ServiceModel service, WireRequest request) => Action(request);

    public override ShapeReader Reader(ServiceModel service, WireRequest request) =>
        // What is sent to the URL of a resource need not name it again.
        service.ResourceUrl
            is { } member
        && ResourcePath.Is(request.Path)
        && FormText.Find(request.Form, member) is null
            ? new FormShapeReader(request.Form.Append(new(member, request.Path)), ec2)
            : new FormShapeReader(request.Form, ec2);

    private protected static string? Action(WireRequest request) => FormText.Find(request.Form, "Action");

    private protected static string? Version(WireRequest request) => FormText.Find(request.Form, "Version");

    public override ClientRequest WriteRequest(ServiceModel service, OperationModel operation, IShape request)
    {
        var form = new List<KeyValuePair<string, string>>
        {
            new("Action", operation.Name),
            new("Version", service.ApiVersion),
        };
        request.Write(new FormShapeWriter(form, ec2));
        var text = string.Join(
            '&',
            form.Select(field => $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}")
        );
        return new("POST", "/", "application/x-www-form-urlencoded; charset=utf-8", [], Encoding.UTF8.GetBytes(text));
    }

    private protected override ShapeReader AnswerReader(OperationModel operation, ClientAnswer answer)
    {
        var root = XmlDocuments.Read(answer.Body);
        var result = operation.ResultWrapper is { } wrapper
            ? root.Elements().FirstOrDefault(element => element.Name.LocalName == wrapper) ?? root
            : root;
        return new XmlShapeReader(result);
    }

    private protected override AwsException? ReadError(ClientAnswer answer) => XmlDocuments.ReadError(answer);
}

/// <summary>XML that comes from elsewhere.</summary>
internal static class XmlDocuments
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
    };

    /// <exception cref="InvalidDataException">It is not XML, or nested too deeply.</exception>
    internal static XElement Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            CheckDepth(body);
            using var reader = XmlReader.Create(new MemoryStream(body.ToArray()), Settings);
            return XElement.Load(reader);
        }
        catch (XmlException exception)
        {
            throw new InvalidDataException("The document is not XML.", exception);
        }
    }

    /// <exception cref="InvalidDataException">It is not XML.</exception>
    internal static AwsException? ReadError(ClientAnswer answer)
    {
        var error = Read(answer.Body).DescendantsAndSelf().FirstOrDefault(element => element.Name.LocalName == "Error");
        return error is null
            ? null
            : new AwsException(Text("Code") ?? "UnknownError", Text("Message") ?? "", answer.Status);

        string? Text(string name) => error.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
    }

    // A tree of elements is torn down by recursion: one that is too deep would end the process.
    private static void CheckDepth(ReadOnlyMemory<byte> body)
    {
        using var reader = XmlReader.Create(new MemoryStream(body.ToArray()), Settings);
        while (reader.Read())
            if (reader.Depth > ShapeNode.MostLevels)
                throw new InvalidDataException($"The document has more than {ShapeNode.MostLevels} levels.");
    }
}
