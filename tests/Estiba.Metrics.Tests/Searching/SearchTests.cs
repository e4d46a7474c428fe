using Estiba.Metrics.Searching;
using Estiba.Metrics.Series;

namespace Estiba.Metrics.Tests.Searching;

/// <summary>The examples of "CloudWatch search expression syntax" (Amazon CloudWatch User Guide).</summary>
public sealed class SearchTests
{
    private static readonly Metric[] All =
    [
        Of("AWS/EC2", "CPUUtilization", ("InstanceId", "i-1234567890123456")),
        Of("AWS/EC2", "CPUUtilization", ("InstanceId", "i-2"), ("Stage", "ProjectA")),
        Of("AWS/EC2", "NetworkPacketsIn", ("InstanceType", "t2.micro")),
        Of("AWS/EBS", "VolumeReadOps", ("VolumeId", "vol-1")),
        Of("MyNamespace", "CustomCount1"),
        Of("My Namespace", "Custom:Name[Special_Characters", ("Dimension@Name", "x")),
        Of("MyNamespace", "Network-Errors_2"),
        Of("MyNamespace", "SDBFailure"),
        Of("MyNamespace", @"Europe\France Traffic(Network)"),
    ];

    [Theory]
    [InlineData("CustomCount1", "CustomCount1")]
    [InlineData("count", "CustomCount1")]
    [InlineData("COUNT", "CustomCount1")]
    [InlineData("customcount1", "")]
    [InlineData("couNT", "")]
    [InlineData("CustomCount", "CustomCount1")]
    [InlineData("Count1", "CustomCount1")]
    [InlineData("count1", "")]
    [InlineData("sdbfailure", "SDBFailure")]
    [InlineData("SDB failure", "SDBFailure")]
    [InlineData("network/errors", "Network-Errors_2")]
    [InlineData("Network_Errors", "Network-Errors_2")]
    [InlineData("{MyNamespace}, \"CustomCount1\"", "CustomCount1")]
    [InlineData("{MyNamespace}, \"customcount1\"", "")]
    [InlineData("{MyNamespace}, \"Custom\"", "")]
    [InlineData("\"Network_Errors_2\"", "")]
    [InlineData("\"Network-Errors_2\"", "Network-Errors_2")]
    [InlineData(
        "{\"My Namespace\", \"Dimension@Name\"}, \"Custom:Name[Special_Characters\"",
        "Custom:Name[Special_Characters"
    )]
    [InlineData("\"Europe\\\\France Traffic\\(Network\\)\"", @"Europe\France Traffic(Network)")]
    [InlineData("{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"", "CPUUtilization")]
    [InlineData("{AWS/EC2, InstanceId} MetricName=CPUUtilization", "CPUUtilization")]
    [InlineData("{AWS/EC2,Stage,InstanceId}", "CPUUtilization")]
    [InlineData("{AWS/EC2,InstanceId} NOT i-1234567890123456", "")]
    [InlineData("MetricName=\"CPUUtilization\" NOT \"ProjectA\"", "CPUUtilization")]
    [InlineData("InstanceType=micro", "NetworkPacketsIn")]
    [InlineData("InstanceType=\"t2.micro\" Namespace=\"AWS/EC2\"", "NetworkPacketsIn")]
    [InlineData("(EC2 OR EBS) AND MetricName=ReadOps", "VolumeReadOps")]
    [InlineData("(EC2 OR EBS) AND ProjectA", "CPUUtilization")]
    [InlineData("network AND packets", "NetworkPacketsIn")]
    [InlineData("network packets", "NetworkPacketsIn")]
    [InlineData("NOT Namespace=AWS NOT Namespace=MyNamespace", "")]
    [InlineData("NOT Namespace=AWS network", "Network-Errors_2|Europe\\France Traffic(Network)")]
    [InlineData("\"VolumeReadOps\" OR failure", "VolumeReadOps|SDBFailure")]
    public void Metrics_are_found_by_what_they_are_called(string search, string names) =>
        Find(search).ShouldBe(names.Split('|', StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [InlineData("")]
    [InlineData("{AWS/EC2")]
    [InlineData("(a OR b")]
    [InlineData("a OR")]
    [InlineData("a)")]
    [InlineData("\"a")]
    [InlineData("NOT")]
    [InlineData("MetricName=")]
    public void What_is_no_search_is_refused(string search) =>
        Should.Throw<FormatException>(() => MetricSearch.Parse(search, reason => new FormatException(reason)));

    [Fact]
    public void A_search_has_bounds()
    {
        Find(string.Join(" OR ", Enumerable.Repeat("count", 100))).ShouldBe(["CustomCount1"]);
        foreach (
            var search in (string[])
                [new string('(', 900), string.Concat(Enumerable.Repeat("NOT ", 250)) + "a", new string('a', 1025)]
        )
            Should.Throw<FormatException>(() => MetricSearch.Parse(search, reason => new FormatException(reason)));
    }

    [Fact]
    public void Metrics_without_a_value_for_two_weeks_are_not_found()
    {
        var known = new KnownMetric(All[4], LastValue: 1_000_000);
        var search = MetricSearch.Parse("count", reason => new FormatException(reason));

        search.Find([known], until: 1_000_000 + 14 * 86_400).ShouldHaveSingleItem();
        search.Find([known], until: 1_000_001 + 14 * 86_400).ShouldBeEmpty();
    }

    [Fact]
    public void Labels_say_what_differs()
    {
        MetricSearch.LabelsOf([All[0], All[1]]).ShouldBe(["i-1234567890123456", "i-2 ProjectA"]);
        MetricSearch.LabelsOf([All[4], All[7]]).ShouldBe(["CustomCount1", "SDBFailure"]);
        MetricSearch.LabelsOf([All[4]]).ShouldBe(["CustomCount1"]);
    }

    private static IEnumerable<string> Find(string search) =>
        MetricSearch
            .Parse(search, reason => new FormatException(reason))
            .Find(All.Select(metric => new KnownMetric(metric, 0)), until: 0)
            .Select(metric => metric.Name);

    private static Metric Of(string nameSpace, string name, params (string Name, string Value)[] dimensions) =>
        new(nameSpace, name, dimensions.Select(it => new MetricDimension(it.Name, it.Value)));
}
