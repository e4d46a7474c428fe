using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Logs;

namespace Estiba.Contracts.Tests.Shapes;

/// <summary>
/// What no client sends by accident: it is refused in the protocol's words, in no time and without memory.
/// </summary>
public sealed class ReaderLimitTests
{
    private const int Many = 100_000;

    [Theory]
    [InlineData("[", "]", "{0}")]
    [InlineData("{\"x\":", "}", "{0}")]
    [InlineData("[", "]", "{{\"x\":{0}}}")]
    [InlineData("[", "]", "{{\"containerDefinitions\":{0}}}")]
    [InlineData("{\"x\":", "}", "{{\"tags\":[{0}]}}")]
    public void Json_of_any_depth_is_refused(string open, string close, string around)
    {
        var nested = string.Concat(Enumerable.Repeat(open, Many)) + "1" + string.Concat(Enumerable.Repeat(close, Many));

        Should
            .Throw<AwsException>(() =>
                ShapeJson.Parse<RegisterTaskDefinitionRequest>(
                    string.Format(CultureInfo.InvariantCulture, around, nested)
                )
            )
            .Code.ShouldBe("SerializationException");
    }

    [Theory]
    [InlineData("""{"startTime":1e400}""")]
    [InlineData("""{"startTime":9223372036854775808}""")]
    [InlineData("""{"startTime":-9223372036854775809}""")]
    [InlineData("""{"startTime":1.5}""")]
    [InlineData("""{"limit":2147483648}""")]
    [InlineData("""{"limit":-2147483649}""")]
    [InlineData("""{"limit":1e10}""")]
    [InlineData("""{"limit":NaN}""")]
    public void A_number_out_of_range_is_refused(string json) =>
        Should
            .Throw<AwsException>(() => ShapeJson.Parse<GetLogEventsRequest>(json))
            .Code.ShouldBe("SerializationException");

    [Fact]
    public void A_number_of_a_million_digits_is_refused_at_once() =>
        Should
            .Throw<AwsException>(() =>
                ShapeJson.Parse<GetLogEventsRequest>($$"""{"limit":{{new string('9', 1_000_000)}}}""")
            )
            .Code.ShouldBe("SerializationException");

    [Theory]
    [InlineData("253402300800")]
    [InlineData("253402300799.9999")]
    [InlineData("-62135596801")]
    [InlineData("1e400")]
    [InlineData("1e308")]
    [InlineData("\"10000-01-01T00:00:00Z\"")]
    [InlineData("\"0000-00-00T00:00:00Z\"")]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    [InlineData("\"\"")]
    public void A_time_that_is_none_is_refused(string time) =>
        Should
            .Throw<AwsException>(() =>
                ShapeJson.Parse<SubmitTaskStateChangeRequest>($$"""{"pullStartedAt":{{time}}}""")
            )
            .Code.ShouldBe("SerializationException");

    [Theory]
    [InlineData("253402300799.999")]
    [InlineData("-62135596800")]
    [InlineData("0")]
    public void The_first_and_the_last_time_are_read(string time) =>
        ShapeJson
            .Parse<SubmitTaskStateChangeRequest>($$"""{"pullStartedAt":{{time}}}""")
            .PullStartedAt.ShouldNotBeNull();

    [Theory]
    [InlineData("!")]
    [InlineData("AQI")]
    [InlineData("=AQI")]
    [InlineData("\\ud800")]
    public void What_is_no_base64_is_refused(string text) =>
        Should
            .Throw<AwsException>(() => ShapeJson.Parse<UploadLayerPartRequest>($$"""{"layerPartBlob":"{{text}}"}"""))
            .Code.ShouldBe("SerializationException");

    [Theory]
    [InlineData("{\"family\":\"\u00ff\"}")]
    [InlineData("{\"family\":\"\u00c0\u0080\"}")]
    [InlineData("{\"family\":\"\u00ed\u00a0\u0080\"}")]
    [InlineData("{\"tags\":[{\"key\":\"\u00ff\"}]}")]
    [InlineData("\u00ff")]
    public void Bytes_that_are_no_text_are_refused(string latin1) =>
        Should
            .Throw<AwsException>(() => ShapeJson.Parse<RegisterTaskDefinitionRequest>(Encoding.Latin1.GetBytes(latin1)))
            .Code.ShouldBe("SerializationException");

    [Fact]
    public void Of_a_member_that_is_there_twice_the_last_counts() =>
        ShapeJson.Parse<RegisterTaskDefinitionRequest>("""{"family":"a","family":"b"}""").Family.ShouldBe("b");

    [Theory]
    [InlineData("a.")]
    [InlineData("member.1.")]
    [InlineData("1.")]
    public void A_forms_name_of_any_depth_is_refused(string part) =>
        Should
            .Throw<AwsException>(() =>
                DescribeInstancesRequest.Read(
                    Form(KeyValuePair.Create(string.Concat(Enumerable.Repeat(part, Many)) + "a", "x"))
                )
            )
            .Code.ShouldBe("MalformedQueryString");

    [Theory]
    [InlineData("4000000000")]
    [InlineData("2147483648")]
    [InlineData("99999999999999999999999999")]
    public void A_position_that_no_list_has_is_refused(string position)
    {
        Should
            .Throw<AwsException>(() =>
                DescribeInstancesRequest.Read(Form(KeyValuePair.Create($"InstanceId.{position}", "i-1")))
            )
            .Code.ShouldBe("MalformedQueryString");
        Should
            .Throw<AwsException>(() =>
                TagRoleRequest.Read(new FormShapeReader([new($"Tags.member.{position}.Key", "k")], ec2: false))
            )
            .Code.ShouldBe("MalformedQueryString");
    }

    [Fact]
    public void A_large_position_costs_nothing() =>
        DescribeInstancesRequest
            .Read(Form(KeyValuePair.Create("InstanceId.2147483647", "b"), KeyValuePair.Create("InstanceId.7", "a")))
            .InstanceIds.ShouldBe(["a", "b"]);

    [Fact]
    public void A_parameter_that_is_there_twice_is_refused() =>
        Should
            .Throw<AwsException>(() =>
                DescribeInstancesRequest.Read(
                    Form(KeyValuePair.Create("InstanceId.1", "a"), KeyValuePair.Create("InstanceId.1", "b"))
                )
            )
            .Code.ShouldBe("MalformedQueryString");

    [Fact]
    public void A_hundred_thousand_parameters_are_found_by_an_index()
    {
        // By looking at each of them it would be ten thousand million comparisons.
        var form = Enumerable.Range(1, Many).Select(number => KeyValuePair.Create($"InstanceId.{number}", "i"));

        DescribeInstancesRequest.Read(new FormShapeReader(form, ec2: true)).InstanceIds!.Count.ShouldBe(Many);
    }

    [Theory]
    [InlineData("MaxResults=99999999999")]
    [InlineData("MaxResults=0x10")]
    [InlineData("MaxResults=")]
    [InlineData("DryRun=yes")]
    public void A_value_of_the_wrong_type_is_malformed(string field)
    {
        var parts = field.Split('=');

        Should
            .Throw<AwsException>(() => DescribeInstancesRequest.Read(Form(KeyValuePair.Create(parts[0], parts[1]))))
            .Code.ShouldBe("MalformedInput");
    }

    [Fact]
    public void A_long_value_is_not_told_whole() =>
        Should
            .Throw<AwsException>(() =>
                DescribeInstancesRequest.Read(Form(KeyValuePair.Create("MaxResults", new string('x', 1_000_000))))
            )
            .Message.Length.ShouldBeLessThan(500);

    [Fact]
    public void An_answer_of_any_depth_is_refused()
    {
        var element = new XElement("a");
        for (var level = 0; level < 5000; level++)
            element = new XElement("a", element);

        Should.Throw<InvalidDataException>(() => ListRolesResponse.Read(new XmlShapeReader(element)));
    }

    [Fact]
    public void A_pattern_does_not_go_back()
    {
        var name = string.Concat(Enumerable.Repeat("a-", 500_000)) + "!";
        var validator = new ShapeValidator("ValidationException");

        validator.Pattern("repositoryName", name, "(?:(?:[a-z0-9]+-?)*)+x");

        Should.Throw<AwsException>(validator.ThrowIfAny).Code.ShouldBe("ValidationException");
    }

    private static FormShapeReader Form(params KeyValuePair<string, string>[] form) => new(form, ec2: true);
}
