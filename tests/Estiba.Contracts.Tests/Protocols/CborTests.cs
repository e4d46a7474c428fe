using System.Text;
using Estiba.Contracts.Cbor;
using Estiba.Contracts.CborSample;
using Estiba.Contracts.Protocols;

namespace Estiba.Contracts.Tests.Protocols;

/// <summary>Smithy's RPC v2 in CBOR, with bytes from RFC 8949 and the protocol's own tests.</summary>
public sealed class CborTests
{
    private static readonly ServiceModel Service = CborSampleModel.Service;

    private static readonly All Everything = new()
    {
        Text = "grüße",
        Whole = -7,
        Large = long.MaxValue,
        Ratio = 1.5,
        IsTrue = true,
        When = new DateTimeOffset(2014, 4, 29, 18, 30, 38, 500, TimeSpan.Zero),
        Data = new byte[] { 0, 255 },
        Texts = ["a", "b"],
        Map = new Dictionary<string, string> { ["k"] = "v" },
        Nested = new All { Nested = new All() },
    };

    private static All Read(string hex) => All.Read(new CborShapeReader(Convert.FromHexString(hex)));

    [Fact]
    public void What_a_client_writes_a_service_reads()
    {
        var sent = Protocol.Cbor.WriteRequest(Service, CborSampleModel.PutAll, Everything);
        var request = StandInRequest.Of(sent);

        (sent.Method, sent.Target).ShouldBe(("POST", "/service/CborSample_20260101/operation/PutAll"));
        Protocol.Cbor.IsSpoken(request).ShouldBeTrue();
        Protocol.Cbor.ServiceOf(request).ShouldBe("CborSample_20260101");
        Protocol.Cbor.OperationOf(Service, request).ShouldBe("PutAll");
        ShapeJson.ToText(request.Read<All>(Service)).ShouldBe(ShapeJson.ToText(Everything));
    }

    [Fact]
    public void What_a_service_answers_a_client_reads()
    {
        using var answer = new StandInAnswer();

        Protocol.Cbor.WriteAnswer(answer.Answer, Service, CborSampleModel.PutAll, Everything, "id");

        (answer.Header("smithy-protocol"), answer.Answer.ContentType).ShouldBe(("rpc-v2-cbor", "application/cbor"));
        ShapeJson
            .ToText(Protocol.Cbor.ReadAnswer<All>(Service, CborSampleModel.PutAll, answer.ToClient()))
            .ShouldBe(ShapeJson.ToText(Everything));
    }

    [Fact]
    public void Definite_and_indefinite_lengths_are_read_alike()
    {
        // {"Texts": ["a"], "Map": {"k": "v"}}, once with lengths, once without, the text in pieces.
        Read("A2655465787473816161634D6170A1616B6176").Map!["k"].ShouldBe("v");
        Read("BF6554657874739F7F61616162FFFF634D6170BF616B6176FFFF").Texts.ShouldBe(["ab"]);
    }

    [Fact]
    public void Numbers_may_have_any_form_that_holds_them()
    {
        Read("A165526174696FF93E00").Ratio.ShouldBe(1.5); // half
        Read("A165526174696FFA3FC00000").Ratio.ShouldBe(1.5); // single
        Read("A165526174696F03").Ratio.ShouldBe(3);
        Read("A16557686F6C65FB4008000000000000").Whole.ShouldBe(3); // a double
        Read("A1645768656EC11A53A0E5AE").When!.Value.ToUnixTimeSeconds().ShouldBe(0x53A0E5AE);
    }

    [Fact]
    public void Null_is_absent_and_what_is_unknown_is_passed_over_and_told()
    {
        // {"Text": null, "Else": {"a": [1, 2(h'00')]}, "Whole": 5}
        var reader = new CborShapeReader(
            Convert.FromHexString("A36454657874F664456C7365A161618201C241006557686F6C6505")
        );
        var read = All.Read(reader);

        (read.Text, read.Whole).ShouldBe((null, 5));
        reader.Ignored.ShouldBe(["All.Else"]);
    }

    [Fact]
    public void No_body_is_a_structure_without_members() =>
        ShapeJson.ToText(All.Read(new CborShapeReader(default))).ShouldBe("{}");

    [Theory]
    [InlineData("80", "Expected structure or null")]
    [InlineData("A1", "The body is not valid CBOR")]
    [InlineData("A1645465787405", "NUMBER_VALUE cannot be converted to String")]
    [InlineData("A16557686F6C656161", "STRING_VALUE cannot be converted to Long")]
    [InlineData("A16557686F6C651B7FFFFFFFFFFFFFFF", "Value 9223372036854775807 is outside of the range of an Integer")]
    [InlineData("A1655465787473A0", "Expected list or null")]
    [InlineData("A164546578747F61FFFF", "The body is not valid CBOR")]
    [InlineData("BB7FFFFFFFFFFFFFFF", "The body is not valid CBOR")]
    [InlineData("A16554657874739B7FFFFFFFFFFFFFFF", "The body is not valid CBOR")]
    public void What_is_wrong_is_told_in_the_words_of_json(string hex, string message)
    {
        var error = Should.Throw<AwsException>(() => Read(hex));

        (error.Code, error.Message).ShouldBe(("SerializationException", message));
    }

    [Fact]
    public void What_follows_the_structure_is_refused() =>
        Should
            .Throw<AwsException>(() =>
            {
                var reader = new CborShapeReader(Convert.FromHexString("A0A0"));
                All.Read(reader);
                reader.End();
            })
            .Code.ShouldBe("SerializationException");

    [Theory]
    [InlineData("664E6573746564", "A1")] // structures in structures
    [InlineData("64456C7365", "9F")] // in what nobody knows: lists
    public void A_body_of_any_depth_is_refused(string name, string opens)
    {
        var body =
            opens == "A1"
                ? string.Concat(Enumerable.Repeat(opens + name, 100_000))
                : "A1" + name + string.Concat(Enumerable.Repeat(opens, 100_000));

        Should.Throw<AwsException>(() => Read(body)).Message.ShouldContain("levels");
    }

    [Fact]
    public void An_error_has_its_type_its_members_and_the_code_of_the_query_protocol()
    {
        using var answer = new StandInAnswer();

        Protocol.Cbor.WriteError(
            answer.Answer,
            Service,
            CborSampleErrors.Gone("It is gone.", new GoneDetails { Since = "May" }),
            "id"
        );

        (answer.Answer.Status, answer.Header("x-amzn-query-error")).ShouldBe((404, "Sample.Gone;Sender"));
        Encoding.UTF8.GetString(answer.Bytes.Span).ShouldContain("com.amazonaws.cbor-sample#Gone");
        var read = Should.Throw<AwsException>(() =>
            Protocol.Cbor.ReadAnswer<All>(Service, CborSampleModel.PutAll, answer.ToClient())
        );
        (read.Code, read.Message).ShouldBe(("Gone", "It is gone."));
    }

    [Fact]
    public void The_same_service_speaks_json_and_forms_with_their_own_codes()
    {
        var error = CborSampleErrors.Gone("It is gone.");
        using var json = new StandInAnswer();
        using var form = new StandInAnswer();

        Service.Protocols.ShouldBe([Protocol.Cbor, Protocol.Json10, Protocol.Query]);
        Protocol.Json10.WriteError(json.Answer, Service, error, "id");
        Protocol.Query.WriteError(form.Answer, Service, error, "id");

        json.Text.ShouldBe("""{"__type":"Gone","message":"It is gone."}""");
        (json.Answer.ContentType, json.Header("x-amzn-query-error")).ShouldBe(
            ("application/x-amz-json-1.0", "Sample.Gone;Sender")
        );
        form.Text.ShouldContain("<Code>Sample.Gone</Code>");
    }
}
