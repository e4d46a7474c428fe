using System.Text;
using System.Text.Json;
using Estiba.Contracts.Protocols;
using Estiba.Contracts.RestJsonSample;

namespace Estiba.Contracts.Tests.Protocols;

/// <summary>The bindings of Smithy's HTTP traits, and the bodies of AWS restJson1.</summary>
public sealed class RestJsonTests
{
    private static readonly ServiceModel Service = RestJsonSampleModel.Service;
    private static readonly DateTimeOffset Moment = new(2014, 4, 29, 18, 30, 38, TimeSpan.Zero);

    private static StandInRequest Put(string body = "{}", string query = "") =>
        new("PUT", "/things/a%20b%2Fc/files/d/e%2Ff/g?kind=all" + query, body);

    [Fact]
    public void Labels_are_decoded_and_a_greedy_one_takes_the_rest_of_the_path()
    {
        var request = Put().Read<PutEverythingRequest>(Service);

        (request.Name, request.Path).ShouldBe(("a b/c", "d/e/f/g"));
    }

    [Fact]
    public void The_query_has_values_lists_times_and_a_map_of_the_rest()
    {
        var request = Put(query: "&count=5&item=x&item=y%26z&since=2014-04-29T18:30:38Z&other=o")
            .Read<PutEverythingRequest>(Service);

        request.Count.ShouldBe(5);
        request.Items.ShouldBe(["x", "y&z"]);
        request.Since.ShouldBe(Moment);
        request.Others!["other"].ShouldBe("o");
        request.Others.ContainsKey("count").ShouldBeFalse();
    }

    [Fact]
    public void Headers_have_values_lists_times_and_a_map_of_those_that_begin_alike()
    {
        var request = Put()
            .With("X-Token", "t")
            .With("X-Dry", "true")
            .With("X-Stamp", "Tue, 29 Apr 2014 18:30:38 GMT")
            .With("X-Flags", "a, \"b,c\", \"d \\\"e\\\"\", f")
            .With("X-Stamps", "Tue, 29 Apr 2014 18:30:38 GMT, Tue, 29 Apr 2014 18:30:38 GMT")
            .With("X-Meta-Colour", "blue")
            .Read<PutEverythingRequest>(Service);

        (request.Token, request.IsDry, request.Stamp).ShouldBe(("t", true, Moment));
        request.Flags.ShouldBe(["a", "b,c", "d \"e\"", "f"]);
        request.Stamps.ShouldBe([Moment, Moment]);
        request.Meta!["Colour"].ShouldBe("blue");
    }

    [Fact]
    public void The_body_has_what_is_nowhere_else()
    {
        var request = Put(
                """
                {"Text":"x","Ratio":1.5,"When":1398796238,"Nested":{"Value":"v","Inner":{"Value":"w"}},"Data":"AQI=",
                 "Labels":{"k":"l"},"realName":"r","Anything":{"a":[1]},"Name":"no","X-Token":"no"}
                """
            )
            .Read<PutEverythingRequest>(Service);

        (request.Text, request.Ratio, request.When, request.Renamed).ShouldBe(("x", 1.5, Moment, "r"));
        request.Nested!.Inner!.Value.ShouldBe("w");
        request.Data!.Value.ToArray().ShouldBe([1, 2]);
        request.Labels!["k"].ShouldBe("l");
        request.Anything!.Value.GetRawText().ShouldBe("""{"a":[1]}""");
        (request.Name, request.Token).ShouldBe(("a b/c", null));
    }

    [Fact]
    public void What_a_client_writes_a_service_reads()
    {
        var request = new PutEverythingRequest
        {
            Name = "a b/c",
            Path = "d/e f/g",
            Count = 5,
            Items = ["x", "y&z"],
            Since = Moment,
            Others = new Dictionary<string, string> { ["other"] = "o" },
            Token = "t",
            IsDry = false,
            Stamp = Moment,
            Flags = ["a", "b,c", "d \"e\""],
            Stamps = [Moment, Moment],
            Meta = new Dictionary<string, string> { ["Colour"] = "blue" },
            Text = "x",
            Ratio = 1.5,
            When = Moment,
            Nested = new Nested
            {
                Value = "v",
                Inner = new Nested { Value = "w" },
            },
            Data = new byte[] { 1, 2 },
            Labels = new Dictionary<string, string> { ["k"] = "l" },
            Renamed = "r",
            Anything = JsonDocument.Parse("[1]").RootElement,
        };

        var sent = Protocol.RestJson.WriteRequest(Service, RestJsonSampleModel.PutEverything, request);

        sent.Target.ShouldStartWith("/things/a%20b%2Fc/files/d/e%20f/g?kind=all&count=5&item=x&item=y%26z&since=2014");
        var read = StandInRequest.Of(sent).Read<PutEverythingRequest>(Service);
        read.Others!["other"].ShouldBe("o");
        ShapeJson.ToText(read with { Others = null }).ShouldBe(ShapeJson.ToText(request with { Others = null }));
    }

    [Fact]
    public void What_a_service_answers_a_client_reads()
    {
        var answer = new PutEverythingResponse
        {
            Status = 202,
            ETag = "\"1\"",
            Modified = Moment,
            Meta = new Dictionary<string, string> { ["Colour"] = "blue" },
            Text = "x",
            Nested = new Nested { Value = "v" },
        };
        using var written = new StandInAnswer();

        Protocol.RestJson.WriteAnswer(written.Answer, Service, RestJsonSampleModel.PutEverything, answer, "id");

        (written.Answer.Status, written.Answer.ContentType).ShouldBe((202, "application/json"));
        written.Text.ShouldBe("""{"Text":"x","Nested":{"Value":"v"}}""");
        written.Header("Last-Modified").ShouldBe("Tue, 29 Apr 2014 18:30:38 GMT");
        var read = Protocol.RestJson.ReadAnswer<PutEverythingResponse>(
            Service,
            RestJsonSampleModel.PutEverything,
            written.ToClient()
        );
        ShapeJson.ToText(read).ShouldBe(ShapeJson.ToText(answer));
    }

    [Fact]
    public void The_status_of_an_answer_is_the_contracts_where_it_is_no_member()
    {
        using var everything = new StandInAnswer();
        using var deleted = new StandInAnswer();

        Protocol.RestJson.WriteAnswer(
            everything.Answer,
            Service,
            RestJsonSampleModel.PutEverything,
            new PutEverythingResponse(),
            "id"
        );
        Protocol.RestJson.WriteAnswer(
            deleted.Answer,
            Service,
            RestJsonSampleModel.DeleteThing,
            new DeleteThingResponse(),
            "id"
        );

        (everything.Answer.Status, everything.Text).ShouldBe((201, "{}"));
        (deleted.Answer.Status, deleted.Text, deleted.Answer.ContentType).ShouldBe((204, "", null));
    }

    [Fact]
    public void A_payload_is_the_whole_body_as_a_structure_as_bytes_or_as_text()
    {
        var thing = new PutStructureRequest
        {
            Token = "t",
            Thing = new Nested { Value = "v" },
        };
        var bytes = new PutBytesRequest { Kind = "image/png", Data = new byte[] { 0, 255 } };
        var text = new PutTextRequest { Text = "grüße" };

        var (sentThing, sentBytes, sentText) = (
            Protocol.RestJson.WriteRequest(Service, RestJsonSampleModel.PutStructure, thing),
            Protocol.RestJson.WriteRequest(Service, RestJsonSampleModel.PutBytes, bytes),
            Protocol.RestJson.WriteRequest(Service, RestJsonSampleModel.PutText, text)
        );

        Encoding.UTF8.GetString(sentThing.Body.Span).ShouldBe("""{"Value":"v"}""");
        (sentBytes.ContentType, sentBytes.Body.ToArray()[1]).ShouldBe(("image/png", (byte)255));
        Encoding.UTF8.GetString(sentText.Body.Span).ShouldBe("grüße");
        StandInRequest.Of(sentThing).Read<PutStructureRequest>(Service).Thing!.Value.ShouldBe("v");
        StandInRequest.Of(sentBytes).Read<PutBytesRequest>(Service).Data!.Value.ToArray().ShouldBe([0, 255]);
        StandInRequest.Of(sentText).Read<PutTextRequest>(Service).Text.ShouldBe("grüße");
    }

    [Fact]
    public void A_streaming_payload_is_passed_on()
    {
        var request = new StandInRequest("POST", "/stream", "some bytes").Read<PutStreamRequest>(Service);
        using var answer = new StandInAnswer();

        Protocol.RestJson.WriteAnswer(
            answer.Answer,
            Service,
            RestJsonSampleModel.PutStream,
            new PutStreamResponse { Data = request.Data },
            "id"
        );

        using var reader = new StreamReader(answer.Answer.Stream!);
        reader.ReadToEnd().ShouldBe("some bytes");
    }

    [Fact]
    public void An_error_has_its_code_in_a_header_and_its_members_in_the_body()
    {
        using var answer = new StandInAnswer();

        Protocol.RestJson.WriteError(
            answer.Answer,
            Service,
            RestJsonSampleErrors.Gone("It is gone.", new GoneDetails { Since = "May" }),
            "id"
        );

        (answer.Answer.Status, answer.Header("x-amzn-ErrorType")).ShouldBe((410, "Gone"));
        answer.Text.ShouldBe("""{"message":"It is gone.","Since":"May"}""");
        var read = Should.Throw<AwsException>(() =>
            Protocol.RestJson.ReadAnswer<PutEverythingResponse>(
                Service,
                RestJsonSampleModel.PutEverything,
                answer.ToClient()
            )
        );
        (read.Code, read.Message, read.StatusCode).ShouldBe(("Gone", "It is gone.", 410));
    }

    [Theory]
    [InlineData("&count=many", "{}")]
    [InlineData("&since=yesterday", "{}")]
    [InlineData("", "{\"Text\":1}")]
    [InlineData("", "[")]
    [InlineData("", "{} {}")]
    public void A_value_of_the_wrong_kind_is_a_serialization_exception(string query, string body) =>
        Should
            .Throw<AwsException>(() => Put(body, query).Read<PutEverythingRequest>(Service))
            .Code.ShouldBe("SerializationException");

    [Fact]
    public void A_path_or_method_that_no_operation_has_finds_none()
    {
        string? Find(string method, string target) =>
            Protocol.RestJson.OperationOf(Service, new StandInRequest(method, target));

        Find("PUT", "/things/a/files/?kind=all").ShouldBeNull();
        Find("PUT", "/things/a/files/b").ShouldBeNull();
        Find("PUT", "/things/a/files/b?kind=some").ShouldBeNull();
        Find("GET", "/things/a").ShouldBeNull();
        Find("DELETE", "/things/").ShouldBeNull();
        Find("DELETE", "/things/a/b").ShouldBeNull();
        Find("DELETE", "/things/a/").ShouldBe("DeleteThing");
        Find("DELETE", "/things/" + string.Join('/', Enumerable.Repeat("x", 1000))).ShouldBeNull();
    }
}
