namespace Estiba.Identity.Authorization.Requests;

/// <summary>What an id of EC2 is the id of: its first letters say so ("Resource IDs", Amazon EC2 user guide).</summary>
internal static class Ec2Resources
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["acl"] = "network-acl",
        ["ami"] = "image",
        ["eipalloc"] = "elastic-ip",
        ["eni"] = "network-interface",
        ["i"] = "instance",
        ["igw"] = "internet-gateway",
        ["key"] = "key-pair",
        ["lt"] = "launch-template",
        ["nat"] = "natgateway",
        ["rtb"] = "route-table",
        ["sg"] = "security-group",
        ["sgr"] = "security-group-rule",
        ["snap"] = "snapshot",
        ["subnet"] = "subnet",
        ["vol"] = "volume",
        ["vpc"] = "vpc",
        ["vpce"] = "vpc-endpoint",
    };

    /// <summary>What stands for it in its ARN: <c>instance/i-0123456789abcdef0</c>.</summary>
    public static string Of(string id) => $"{Types.GetValueOrDefault(id.Split('-')[0], "*")}/{id}";
}
