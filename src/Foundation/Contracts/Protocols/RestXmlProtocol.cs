using System.Buffers;
using System.Text;
using System.Xml;
using Estiba.Contracts.EventStreams;
using Estiba.Contracts.Rest;
using Estiba.Contracts.Signing;

namespace Estiba.Contracts.Protocols;

/// <summary>
/// REST with XML ("AWS restXml protocol"), with the errors and words of Amazon S3 ("Error responses").
/// </summary>
/// <param name="wrapsErrors">Whether an error is inside of an <c>ErrorResponse</c>.</param>
internal sealed class RestXmlProtocol(bool wrapsErrors) : RestProtocol
{
    private const string RequestIdHeader = "x-amz-request-id";

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        CloseOutput = false,
    };

    public override string Name => "rest-xml";

    public override string ContentType => "application/xml";

    // What is sent with an encoding is kept with it.
    public override bool TakesCompressedBodies => false;

    private protected override EventForm Events => EventForm.Xml;

    private protected override ShapeReader BodyReader(ReadOnlyMemory<byte> body)
    {
        try
        {
            return new XmlShapeReader(XmlDocuments.Read(body), MalformedXml);
        }
        catch (InvalidDataException)
        {
            throw MalformedXml();
        }
    }

    private protected override void WriteMembers(
        HttpMembers members,
        PooledBuffer body,
        IShape shape,
        Func<StructureSchema, XmlRoot> root
    ) => shape.Write(new RestShapeWriter(members, body, (payload, schema) =>
            {
                var text = new MemoryStream();
                var xml = XmlWriter.Create(text, Settings);
                var (name, space) = payload is null
                    ? root(schema)
                    : new XmlRoot(payload.LocationName ?? schema.ElementName ?? schema.Name, payload.XmlNamespace);
                xml.WriteStartElement(name, space ?? (payload is null ? null : root(schema).Namespace));
                var isItsMember =
                    payload is null && schema.Members is [{ LocationName: null } only] && only.Name == name;
                return (new XmlShapeWriter(xml, isText: isItsMember), () =>
                {
                    xml.WriteEndElement();
                    xml.Dispose();
                    body.Write(text.GetBuffer().AsSpan(0, (int)text.Length));
                });
            }));

    public override void WriteAnswer(
        WireAnswer answer,
        ServiceModel service,
        OperationModel operation,
        IShape shape,
        string requestId
    )
    {
        base.WriteAnswer(answer, service, operation, shape, requestId);
        answer.AddHeader(RequestIdHeader, requestId);
    }

    public override void WriteError(WireAnswer answer, ServiceModel? service, AwsException error, string requestId)
    {
        answer.Status = error.StatusCode;
        answer.ContentType = ContentType;
        answer.AddHeader(RequestIdHeader, requestId);
        XmlAnswer.Write(answer.Body, (wrapsErrors, service, error, requestId), static (xml, state) =>
        {
            if (state.wrapsErrors)
                xml.WriteStartElement("ErrorResponse", state.service?.XmlNamespace);
            xml.WriteStartElement("Error");
            if (state.wrapsErrors)
                xml.WriteElementString("Type", state.error.StatusCode < 500 ? "Sender" : "Receiver");
            xml.WriteElementString("Code", state.error.Code);
            xml.WriteElementString("Message", XmlText.Of(state.error.Message));
            state.error.Details?.Write(new XmlShapeWriter(xml));
            if (state.wrapsErrors)
                xml.WriteEndElement();
            xml.WriteElementString("RequestId", state.requestId);
            xml.WriteEndElement();
        });
    }

    public override AwsException NotAuthentic(SignatureException fault) =>
        fault.Fault switch
        {
            SignatureFault.Missing => new("AccessDenied", "Access Denied", 403),
            SignatureFault.Incomplete => new("AuthorizationHeaderMalformed", fault.Message),
            SignatureFault.Expired => new("AccessDenied", "Request has expired", 403),
            SignatureFault.UnknownCredentials => new(
                "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records.",
                403
            ),
            SignatureFault.ExpiredCredentials => new("ExpiredToken", "The provided token has expired."),
            _ => new("SignatureDoesNotMatch", fault.Message, 403),
        };

    public override AwsException UnknownOperation(ServiceModel? service, WireRequest request) =>
        new("MethodNotAllowed", "The specified method is not allowed against this resource.", 405);

    public override AwsException NotImplemented(ServiceModel service, OperationModel operation)
    {
        var usual = base.NotImplemented(service, operation);
        return wrapsErrors ? usual : new AwsException("NotImplemented", usual.Message, 501);
    }

    public override AwsException Unavailable(string message) => new("ServiceUnavailable", message, 503);

    public override AwsException Internal(string requestId) => new("InternalError", InternalMessage(requestId), 500);

    private protected override AwsException Malformed(string message) => new("InvalidArgument", message);

    private protected override AwsException? ReadError(ClientAnswer answer) =>
        answer.Body.IsEmpty ? null : XmlDocuments.ReadError(answer);

    private static AwsException MalformedXml() =>
        new(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema"
        );
}
