using System.Text;

namespace Estiba.Compute.Regions;

/// <summary>The regions and their zones. Any region name works; those of AWS are listed.</summary>
internal static class RegionCatalog
{
    /// <summary>The regions of AWS that every account has from the beginning.</summary>
    public static IReadOnlyList<string> Default { get; } =
    [
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    ];

    /// <summary>The regions of AWS that an account has to opt in to.</summary>
    public static IReadOnlyList<string> OptIn { get; } =
    [
        "af-south-1",
        "ap-east-1",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "mx-central-1",
    ];

    /// <summary>The zone's name, for example eu-west-1a for 0.</summary>
    public static string ZoneName(string region, int zone) => $"{region}{(char)('a' + zone)}";

    /// <summary>The zone's number from 0; null when the region has no such zone.</summary>
    public static int? ZoneOf(string region, string zoneName) =>
        zoneName.Length == region.Length + 1
        && zoneName.StartsWith(region, StringComparison.Ordinal)
        && zoneName[^1] is >= 'a' and <= 'c'
            ? zoneName[^1] - 'a'
            : null;

    /// <summary>The zone's id, for example euw1-az1 for 0 in eu-west-1.</summary>
    public static string ZoneId(string region, int zone) => $"{ShortName(region)}-az{zone + 1}";

    /// <summary>AWS shortens directions to their letters: us-gov-west-1 is usgw1, ap-southeast-2 is apse2.</summary>
    private static string ShortName(string region)
    {
        var name = new StringBuilder();
        foreach (var part in region.Split('-'))
        {
            name.Append(
                part switch
                {
                    "north" => "n",
                    "south" => "s",
                    "east" => "e",
                    "west" => "w",
                    "central" => "c",
                    "gov" => "g",
                    "northeast" => "ne",
                    "northwest" => "nw",
                    "southeast" => "se",
                    "southwest" => "sw",
                    _ => part,
                }
            );
        }
        return name.ToString();
    }
}
