namespace Estiba.Listeners.Tests;

public sealed class ServerCertificateTests : IDisposable
{
    private readonly CertificateFiles _files = new();

    [Fact]
    public void A_key_that_may_not_be_read_is_named_with_the_user_who_may_not()
    {
        var (path, _) = _files.Write("one");
        // root may read every file, but nobody reads a directory as one
        var key = _files.Directory("key");

        var refused = Should.Throw<InvalidDataException>(() => ServerCertificate.Load(path, key));

        refused.Message.ShouldContain(key);
        refused.Message.ShouldContain(Environment.UserName);
    }

    [Fact]
    public void A_key_of_another_certificate_is_told()
    {
        var (path, _) = _files.Write("one");
        var (_, otherKey) = _files.Write("two");

        Should
            .Throw<InvalidDataException>(() => ServerCertificate.Load(path, otherKey))
            .Message.ShouldContain(otherKey);
    }

    public void Dispose() => _files.Dispose();
}
