using System.Text;
using System.Xml;
using System.Xml.Linq;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Iam;

namespace Estiba.Contracts.Tests.Shapes;

public sealed class QueryShapeTests
{
    [Fact]
    public void An_ec2_request_is_read_by_its_query_names()
    {
        var request = RunInstancesRequest.Read(
            Form(
                ec2: true,
                "ImageId=ami-1",
                "MinCount=1",
                "MaxCount=2",
                "InstanceType=t3.micro",
                "SecurityGroupId.1=sg-1",
                "SecurityGroupId.2=sg-2",
                "TagSpecification.1.ResourceType=instance",
                "TagSpecification.1.Tag.1.Key=a",
                "TagSpecification.1.Tag.1.Value=b",
                "Placement.AvailabilityZone=eu-west-1b"
            )
        );

        request.ImageId.ShouldBe("ami-1");
        request.MaxCount.ShouldBe(2);
        request.SecurityGroupIds.ShouldBe(["sg-1", "sg-2"]);
        request.TagSpecifications!.ShouldHaveSingleItem().Tags!.ShouldHaveSingleItem().Value.ShouldBe("b");
        request.Placement!.AvailabilityZone.ShouldBe("eu-west-1b");
    }

    [Fact]
    public void Items_of_a_list_come_in_the_order_of_their_numbers()
    {
        var request = DescribeInstancesRequest.Read(
            Form(ec2: true, "InstanceId.10=c", "InstanceId.2=b", "InstanceId.1=a")
        );

        request.InstanceIds.ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public void A_query_list_stands_under_member()
    {
        var request = TagRoleRequest.Read(
            Form(ec2: false, "RoleName=r", "Tags.member.1.Key=k", "Tags.member.1.Value=v")
        );

        request.Tags!.ShouldHaveSingleItem().Key.ShouldBe("k");
    }

    [Fact]
    public void A_number_that_is_none_is_an_error() =>
        Should
            .Throw<AwsException>(() => RunInstancesRequest.Read(Form(ec2: true, "MinCount=x")))
            .Message.ShouldBe("The value 'x' of MinCount is not an integer");

    [Fact]
    public void What_a_client_writes_as_a_form_a_server_reads_the_same()
    {
        var request = new RunInstancesRequest
        {
            ImageId = "ami-1",
            MinCount = 1,
            SecurityGroupIds = ["sg-1"],
            TagSpecifications =
            [
                new TagSpecification
                {
                    ResourceType = "instance",
                    Tags = [new Contracts.Ec2.Tag { Key = "k", Value = "v" }],
                },
            ],
        };
        var form = new List<KeyValuePair<string, string>>();

        request.Write(new FormShapeWriter(form, ec2: true));

        ShapeJson
            .ToText(RunInstancesRequest.Read(new FormShapeReader(form, ec2: true)))
            .ShouldBe(ShapeJson.ToText(request));
    }

    [Fact]
    public void An_ec2_answer_has_ec2_names_and_reads_back_the_same()
    {
        var answer = new Reservation
        {
            ReservationId = "r-1",
            Instances =
            [
                new Instance
                {
                    InstanceId = "i-1",
                    LaunchTime = DateTimeOffset.UnixEpoch,
                    State = new InstanceState { Code = 16, Name = "running" },
                    Tags = [new Contracts.Ec2.Tag { Key = "k", Value = "v" }],
                },
            ],
        };

        var xml = Xml("RunInstancesResponse", answer);

        xml.ToString(SaveOptions.DisableFormatting)
            .ShouldContain("<instancesSet><item><tagSet><item><key>k</key><value>v</value></item></tagSet>");
        xml.ToString(SaveOptions.DisableFormatting).ShouldContain("<launchTime>1970-01-01T00:00:00.000Z</launchTime>");
        ShapeJson.ToText(Reservation.Read(new XmlShapeReader(xml))).ShouldBe(ShapeJson.ToText(answer));
    }

    [Fact]
    public void A_query_answer_lists_members()
    {
        var answer = new ListRolesResponse
        {
            Roles = [new Role { RoleName = "a" }, new Role { RoleName = "b" }],
            IsTruncated = false,
        };

        var xml = Xml("ListRolesResult", answer);

        xml.ToString(SaveOptions.DisableFormatting)
            .ShouldBe(
                "<ListRolesResult><Roles><member><RoleName>a</RoleName></member>"
                    + "<member><RoleName>b</RoleName></member></Roles>"
                    + "<IsTruncated>false</IsTruncated></ListRolesResult>"
            );
        ListRolesResponse.Read(new XmlShapeReader(xml)).Roles!.Select(role => role.RoleName).ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData("Action=RunInstances", "InstanceTypo=t3.micro")]
    [InlineData("MinCount=1", "Placement.AvailabilityZome=eu-west-1a")]
    [InlineData("MinCount=1", "TagSpecification.1.Tag.1.Kye=k")]
    public void Ec2_refuses_a_parameter_that_it_does_not_know(string known, string unknown)
    {
        var refusal = Should.Throw<AwsException>(() => RunInstancesRequest.Read(Form(ec2: true, known, unknown)));

        (refusal.Code, refusal.Message).ShouldBe(
            ("UnknownParameter", $"The parameter {unknown.Split('=')[0].Split('.')[^1]} is not recognized")
        );
    }

    [Fact]
    public void Ec2_knows_what_every_request_has() =>
        RunInstancesRequest
            .Read(Form(ec2: true, "Action=RunInstances", "Version=2016-11-15", "X-Amz-Signature=s", "MinCount=1"))
            .MinCount.ShouldBe(1);

    [Theory]
    [InlineData(true, 0, "2026-11-30T01:00:00Z")]
    [InlineData(true, 5, "2026-11-30T01:00:00.005Z")]
    [InlineData(false, 0, "2026-11-30T01:00:00.000Z")]
    public void A_whole_second_has_no_fraction_but_in_ec2(bool wholeSeconds, int milliseconds, string text)
    {
        var role = new Role { CreateDate = new DateTimeOffset(2026, 11, 30, 1, 0, 0, milliseconds, TimeSpan.Zero) };

        Xml("Role", role, wholeSeconds).Element("CreateDate")!.Value.ShouldBe(text);
    }

    private static FormShapeReader Form(bool ec2, params string[] fields) =>
        new(fields.Select(field => field.Split('=', 2)).Select(field => KeyValuePair.Create(field[0], field[1])), ec2);

    private static XElement Xml(string root, IShape shape, bool wholeSeconds = false)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement(root);
            shape.Write(new XmlShapeWriter(xml, wholeSeconds));
            xml.WriteEndElement();
        }

        return XElement.Parse(text.ToString());
    }
}
