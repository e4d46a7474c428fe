using Estiba.Contracts;
using Estiba.Messaging.Filters;

namespace Estiba.Messaging.Tests.Filters;

public sealed class FilterPolicyTests
{
    [Theory]
    [InlineData("""{"k":["rugby","tennis"]}""", """{"k":"rugby"}""", true)]
    [InlineData("""{"k":["rugby","tennis"]}""", """{"k":"Rugby"}""", false)]
    [InlineData("""{"k":["rugby","tennis"]}""", """{"k":["golf","tennis"]}""", true)]
    [InlineData("""{"k":["rugby"]}""", """{"k":"golf"}""", false)]
    [InlineData("""{"k":["rugby"]}""", """{"other":"rugby"}""", false)]
    [InlineData("""{"k":["a"],"l":["b"]}""", """{"k":"a","l":"b"}""", true)]
    [InlineData("""{"k":["a"],"l":["b"]}""", """{"k":"a","l":"c"}""", false)]
    [InlineData("""{"k":[100]}""", """{"k":100.0}""", true)]
    [InlineData("""{"k":[100]}""", """{"k":"100"}""", false)]
    [InlineData("""{"k":[true,null]}""", """{"k":true}""", true)]
    [InlineData("""{"k":[true,null]}""", """{"k":null}""", true)]
    [InlineData("""{"k":[true,null]}""", """{"k":false}""", false)]
    [InlineData("""{"k":[{"prefix":"bas"}]}""", """{"k":"baseball"}""", true)]
    [InlineData("""{"k":[{"prefix":"bas"}]}""", """{"k":"rugby"}""", false)]
    [InlineData("""{"k":[{"suffix":"ball"}]}""", """{"k":"baseball"}""", true)]
    [InlineData("""{"k":[{"suffix":"ball"}]}""", """{"k":"balls"}""", false)]
    [InlineData("""{"k":[{"equals-ignore-case":"tennis"}]}""", """{"k":"TENNIS"}""", true)]
    [InlineData("""{"k":[{"equals-ignore-case":"tennis"}]}""", """{"k":"tenni"}""", false)]
    [InlineData("""{"k":[{"wildcard":"*ball"}]}""", """{"k":"baseball"}""", true)]
    [InlineData("""{"k":[{"wildcard":"a?b*"}]}""", """{"k":"axb"}""", false)]
    [InlineData("""{"k":[{"wildcard":"a?b*"}]}""", """{"k":"a?bc"}""", true)]
    [InlineData("""{"k":[{"wildcard":"a*b*c"}]}""", """{"k":"abxbyc"}""", true)]
    [InlineData("""{"k":[{"wildcard":"a*b*c"}]}""", """{"k":"abxbycd"}""", false)]
    [InlineData("""{"k":[{"anything-but":["rugby","tennis"]}]}""", """{"k":"golf"}""", true)]
    [InlineData("""{"k":[{"anything-but":["rugby","tennis"]}]}""", """{"k":"rugby"}""", false)]
    [InlineData("""{"k":[{"anything-but":["rugby","tennis"]}]}""", """{"k":["rugby","golf"]}""", true)]
    [InlineData("""{"k":[{"anything-but":["rugby","tennis"]}]}""", """{"other":"golf"}""", false)]
    [InlineData("""{"k":[{"anything-but":100}]}""", """{"k":101}""", true)]
    [InlineData("""{"k":[{"anything-but":100}]}""", """{"k":100}""", false)]
    [InlineData("""{"k":[{"anything-but":{"prefix":"order-"}}]}""", """{"k":"bill-1"}""", true)]
    [InlineData("""{"k":[{"anything-but":{"prefix":"order-"}}]}""", """{"k":"order-1"}""", false)]
    [InlineData("""{"k":[{"anything-but":{"suffix":"ball"}}]}""", """{"k":"football"}""", false)]
    [InlineData("""{"k":[{"numeric":["=",301.5]}]}""", """{"k":3.015e2}""", true)]
    [InlineData("""{"k":[{"numeric":[">",0,"<=",150]}]}""", """{"k":150}""", true)]
    [InlineData("""{"k":[{"numeric":[">",0,"<=",150]}]}""", """{"k":0}""", false)]
    [InlineData("""{"k":[{"numeric":["<",0]}]}""", """{"k":"-1"}""", false)]
    [InlineData("""{"k":[{"exists":true}]}""", """{"k":""}""", true)]
    [InlineData("""{"k":[{"exists":true}]}""", """{"l":""}""", false)]
    [InlineData("""{"k":[{"exists":false}]}""", """{"l":""}""", true)]
    [InlineData("""{"k":[{"exists":false}]}""", """{"k":"x"}""", false)]
    [InlineData("""{"k":[{"cidr":"10.0.0.0/24"}]}""", """{"k":"10.0.0.255"}""", true)]
    [InlineData("""{"k":[{"cidr":"10.0.0.7/24"}]}""", """{"k":"10.0.1.1"}""", false)]
    [InlineData("""{"k":[{"cidr":"2001:db8::/32"}]}""", """{"k":"2001:db8::1"}""", true)]
    [InlineData("""{"$or":[{"k":["a"]},{"l":["b"]}]}""", """{"l":"b"}""", true)]
    [InlineData("""{"$or":[{"k":["a"]},{"l":["b"]}]}""", """{"l":"c"}""", false)]
    [InlineData("""{"m":["x"],"$or":[{"k":["a"]},{"l":["b"]}]}""", """{"l":"b"}""", false)]
    [InlineData("""{"$or":["a"]}""", """{"$or":"a"}""", true)]
    [InlineData("""{"a":{"b":{"c":["x"]}}}""", """{"a":{"b":{"c":"x"}}}""", true)]
    [InlineData("""{"a":{"b":["x"]}}""", """{"a":[{"b":"y"},{"b":["z","x"]}]}""", true)]
    [InlineData("""{"a":{"b":["x"]}}""", """{"a":"x"}""", false)]
    [InlineData("{}", """{"k":"anything"}""", true)]
    public void A_policy_says_which_bodies_are_wanted(string policy, string body, bool wanted)
    {
        FilterPolicy
            .Parse(policy, ofBody: true)
            .Matches(FilterProperties.OfBody(body)!)
            .ShouldBe(wanted, $"{policy} {body}");
    }

    [Theory]
    [InlineData("none")]
    [InlineData("[]")]
    [InlineData("""{"k":"a"}""")]
    [InlineData("""{"k":[]}""")]
    [InlineData("""{"k":[["a"]]}""")]
    [InlineData("""{"k":{"l":["a"]}}""")]
    [InlineData("""{"k":[{"near":"a"}]}""")]
    [InlineData("""{"$or":[{"k":["a"]}]}""")]
    [InlineData("""{"k":[{"prefix":"a","suffix":"b"}]}""")]
    [InlineData("""{"k":[{"prefix":1}]}""")]
    [InlineData("""{"k":[{"exists":"yes"}]}""")]
    [InlineData("""{"k":[{"numeric":["~",1]}]}""")]
    [InlineData("""{"k":[{"numeric":["=","1"]}]}""")]
    [InlineData("""{"k":[{"numeric":[">",1,"<"]}]}""")]
    [InlineData("""{"k":[{"cidr":"10.0.0.0"}]}""")]
    [InlineData("""{"k":[{"cidr":"10.0.0.0/33"}]}""")]
    [InlineData("""{"k":[{"anything-but":{"exists":true}}]}""")]
    [InlineData("""{"a":["x"],"b":["x"],"c":["x"],"d":["x"],"e":["x"],"f":["x"]}""")]
    [InlineData("""{"a":["1","2","3","4","5","6"],"b":["1","2","3","4","5"],"c":["1","2","3","4","5","6"]}""")]
    public void What_is_no_policy_is_refused(string policy)
    {
        var error = Should.Throw<AwsException>(() => FilterPolicy.Parse(policy, ofBody: false));

        error.Code.ShouldBe("InvalidParameter");
        error.Message.ShouldStartWith("Invalid parameter: FilterPolicy: ");
    }
}
