using System.Text;
using Estiba.Contracts.Protocols;
using Estiba.Contracts.RestXmlSample;

namespace Estiba.Contracts.Tests.Protocols;

/// <summary>The bodies and paths of AWS restXml as Amazon S3 uses it.</summary>
public sealed class RestXmlTests
{
    private static readonly ServiceModel Service = RestXmlSampleModel.Service;
    private static readonly Protocol Protocol = Service.Protocols[0];

    private const string Grants =
        """<AccessControlPolicy xmlns="http://example.com/doc/"><Owner>o</Owner><AccessControlList><Grant><Grantee """
        + """xsi:type="Group" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><DisplayName>all</DisplayName>"""
        + """</Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>""";

    [Fact]
    public void A_payload_has_its_own_element_with_namespaces_and_attributes()
    {
        var request = new StandInRequest("PUT", "/bucket?acl", Grants).Read<PutGrantsRequest>(Service);

        request.Bucket.ShouldBe("bucket");
        var grant = request.Policy!.Grants!.ShouldHaveSingleItem();
        (grant.Grantee!.Type, grant.Grantee.Name, grant.Permission).ShouldBe(("Group", "all", "READ"));

        var sent = Protocol.WriteRequest(Service, RestXmlSampleModel.PutGrants, request);
        (sent.Target, sent.ContentType).ShouldBe(("/bucket?acl", "application/xml"));
        var text = Encoding.UTF8.GetString(sent.Body.Span);
        text.ShouldContain("<AccessControlPolicy xmlns=\"http://example.com/doc/\"><Owner>o</Owner>");
        text.ShouldContain("xsi:type=\"Group\"");
        ShapeJson.ToText(StandInRequest.Of(sent).Read<PutGrantsRequest>(Service)).ShouldBe(ShapeJson.ToText(request));
    }

    [Fact]
    public void An_answer_is_an_element_with_lists_maps_and_times_in_their_forms()
    {
        var moment = new DateTimeOffset(2014, 4, 29, 18, 30, 38, TimeSpan.Zero);
        var things = new ListThingsResponse
        {
            Contents =
            [
                new Thing
                {
                    Key = "a",
                    Modified = moment,
                    Expires = moment,
                },
                new Thing { Key = "b" },
            ],
            Tags = new Dictionary<string, string> { ["k"] = "v" },
            Count = 2,
            Region = "eu-west-1",
        };
        using var answer = new StandInAnswer();

        Protocol.WriteAnswer(answer.Answer, Service, RestXmlSampleModel.ListThings, things, "id");

        answer.Text.ShouldEndWith(
            "<ListResult><Contents><Key>a</Key><Modified>2014-04-29T18:30:38.000Z</Modified>"
                + "<Expires>Tue, 29 Apr 2014 18:30:38 GMT</Expires></Contents><Contents><Key>b</Key></Contents>"
                + "<Tag><Key>k</Key><Value>v</Value></Tag><Count>2</Count></ListResult>"
        );
        answer.Header("x-region").ShouldBe("eu-west-1");
        ShapeJson
            .ToText(Protocol.ReadAnswer<ListThingsResponse>(Service, RestXmlSampleModel.ListThings, answer.ToClient()))
            .ShouldBe(ShapeJson.ToText(things));
    }

    [Fact]
    public void An_error_stands_alone_in_its_document()
    {
        using var answer = new StandInAnswer();

        Protocol.WriteError(answer.Answer, Service, RestXmlSampleErrors.NoSuchThing("No."), "id");

        answer.Text.ShouldEndWith(
            "<Error><Code>NoSuchThing</Code><Message>No.</Message><RequestId>id</RequestId></Error>"
        );
        Should
            .Throw<AwsException>(() =>
                Protocol.ReadAnswer<ListThingsResponse>(Service, RestXmlSampleModel.ListThings, answer.ToClient())
            )
            .Code.ShouldBe("NoSuchThing");
    }

    [Theory]
    [InlineData("GET", "/", null, null, "ListBuckets")]
    [InlineData("GET", "/bucket?list-type=2&prefix=a", null, null, "ListThings")]
    [InlineData("GET", "/bucket/?list-type=2", null, null, "ListThings")]
    [InlineData("GET", "/bucket", null, null, null)]
    [InlineData("PUT", "/bucket?acl", null, null, "PutGrants")]
    [InlineData("PUT", "/bucket/a/b/", null, null, "PutThing")]
    [InlineData("PUT", "/bucket/a", "x-copy-source", "/b/c", "CopyThing")]
    [InlineData("DELETE", "/bucket/a", null, null, "DeleteThing")]
    [InlineData("DELETE", "/bucket/a?uploadId=1", null, null, "AbortUpload")]
    [InlineData("GET", "/?list-type=2", "Host", "bucket.localhost:4566", "ListThings")]
    [InlineData("GET", "/?list-type=2", "Host", "my.bucket.rest-xml-sample.eu-west-1.amazonaws.com", "ListThings")]
    [InlineData("GET", "/", "Host", "rest-xml-sample.localhost:4566", "ListBuckets")]
    [InlineData("GET", "/", "Host", "127.0.0.1:4566", "ListBuckets")]
    public void Operations_with_one_path_are_told_apart(
        string method,
        string target,
        string? header,
        string? value,
        string? operation
    )
    {
        var request = new StandInRequest(method, target);
        if (header is not null)
            request.With(header, value!);

        Protocol.OperationOf(Service, request).ShouldBe(operation);
    }

    [Fact]
    public void A_key_keeps_its_slashes()
    {
        var request = new StandInRequest("PUT", "/bucket/a//b%2Bc/d/").Read<KeyRequest>(Service);

        (request.Bucket, request.Key).ShouldBe(("bucket", "a//b+c/d/"));
    }

    [Theory]
    [InlineData("<AccessControlPolicy>")]
    [InlineData("nothing")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>")]
    public void A_body_that_is_no_document_is_malformed_xml(string body) =>
        Should
            .Throw<AwsException>(() => new StandInRequest("PUT", "/b?acl", body).Read<PutGrantsRequest>(Service))
            .Code.ShouldBe("MalformedXML");

    [Fact]
    public void A_document_of_any_depth_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("<a>", 100_000));

        Should
            .Throw<AwsException>(() => new StandInRequest("PUT", "/b?acl", deep).Read<PutGrantsRequest>(Service))
            .Code.ShouldBe("MalformedXML");
    }
}
