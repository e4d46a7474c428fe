using System.IO.Compression;
using System.Text;
using Estiba.Compute.UserData;

namespace Estiba.Compute.Tests.UserData;

/// <summary>
/// User data of somebody who wants the reader to go on without end, to take all memory, or to run out of stack: it
/// comes to an end, and knows that it has nothing.
/// </summary>
public sealed class UserDataLimitTests
{
    private const int Packed = 1024 * 1024;

    [Theory]
    [InlineData("#cloud-config\n? &a [*a]\n: x\n")]
    [InlineData("#cloud-config\n? &a {k: *a}\n: x\n")]
    [InlineData("#cloud-config\na: &a [x]\n*a : y\n")]
    [InlineData("#cloud-config\n[[a]]: x\n")]
    public void A_key_that_may_hold_itself_is_not_walked(string text) =>
        Read(text).Notes.ShouldContain(note => note.Contains("has a key that is no text", StringComparison.Ordinal));

    [Fact]
    public void A_list_of_lists_of_lists_by_aliases_is_not_unfolded()
    {
        var text = new StringBuilder("#cloud-config\na0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (var n = 1; n < 30; n++)
            text.Append($"a{n}: &a{n} [{string.Join(", ", Enumerable.Repeat($"*a{n - 1}", 10))}]\n");
        text.Append("runcmd: [*a29, *a29, [echo, ECS_CLUSTER=x]]\n");

        Read(text.ToString()).Settings.ShouldBeEmpty();
    }

    [Fact]
    public void Aliases_of_texts_and_lists_are_followed() =>
        Read("#cloud-config\nline: &line \"echo ECS_CLUSTER=aliased >> /etc/ecs/ecs.config\"\nruncmd:\n- *line\n")
            .Settings["ECS_CLUSTER"]
            .ShouldBe("aliased");

    [Theory]
    [InlineData("#cloud-config\nruncmd: ", "[", "")]
    [InlineData("#cloud-config\nruncmd: ", "{a: ", "")]
    [InlineData("#cloud-config\n", "- ", "x")]
    [InlineData("#!/bin/sh\n", "$(", "")]
    [InlineData("#!/bin/sh\necho ", "\"$(", "")]
    [InlineData("#!/bin/sh\necho ", "${a:-", "")]
    [InlineData("#!/bin/sh\n", "(", "")]
    [InlineData("#!/bin/sh\n", "{ ", "")]
    [InlineData("#!/bin/sh\n", "if ", "")]
    [InlineData("#!/bin/sh\n", "while true; do ", "")]
    [InlineData("#!/bin/sh\n", "case x in x) ", "")]
    [InlineData("#!/bin/sh\n", "! ", "true")]
    [InlineData("#!/bin/sh\n", "f() { ", "")]
    [InlineData("#!/bin/sh\n", "cat <<E\n", "")]
    [InlineData("#!/bin/sh\n", "eval ", "")]
    [InlineData("#!/bin/sh\n", "`", "")]
    [InlineData("[settings]\na = ", "[", "")]
    [InlineData("[settings]\na = ", "{a=", "")]
    [InlineData("[settings", ".a", "]\n")]
    [InlineData("[settings]\na", ".a", " = 1\n")]
    [InlineData(
        "Content-Type: multipart/mixed; boundary=b\n\n",
        "--b\nContent-Type: multipart/mixed; boundary=b\n\n",
        ""
    )]
    public void What_is_nested_without_end_comes_to_one(string start, string nested, string end)
    {
        Read(start + string.Concat(Enumerable.Repeat(nested, 15_000 / nested.Length)) + end).Settings.ShouldBeEmpty();
        Read(start + string.Concat(Enumerable.Repeat(nested, Packed / nested.Length)) + end, packed: true)
            .Settings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("f() { f; f; f; }; f")]
    [InlineData(
        "x=aaaaaaaaaaaaaaaa; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do x=$x$x; done; for i "
            + "in $x; do eval \"$x\"; done"
    )]
    [InlineData(
        "x=': ; '; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do x=$x$x; done; for i in 1 2 3 4 5 6 7 8 9; do for "
            + "j in 1 2 3 4 5 6 7 8 9; do for k in 1 2 3 4 5 6 7 8 9; do eval \"$x\"; done; done; done"
    )]
    [InlineData(
        "x=aaaaaaaaaaaaaaaa; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do x=$x$x; done; for i in 1 2 3 4 5 6 7 8 9; do "
            + "for j in 1 2 3 4 5 6 7 8 9; do for k in 1 2 3 4 5 6 7 8 9; do echo $x > /f$i$j$k; eval v$i$j$k=$x; "
            + "y=$(unknown $x); done; done; done"
    )]
    public void A_script_that_would_take_long_is_left_off(string script)
    {
        var read = Read("#!/bin/sh\n" + script);

        read.Settings.ShouldBeEmpty();
        read.Notes.Sum(note => note.Length).ShouldBeLessThan(100_000);
    }

    private static UserDataResult Read(string text, bool packed = false)
    {
        if (!packed)
            return UserDataReader.Read(Encoding.UTF8.GetBytes(text));
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionMode.Compress, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return UserDataReader.Read(bytes.ToArray());
    }
}
