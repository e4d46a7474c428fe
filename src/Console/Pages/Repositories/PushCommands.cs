namespace Estiba.Console.Pages.Repositories;

/// <summary>The commands that bring an image into a repository.</summary>
internal static class PushCommands
{
    internal static string SignIn(Ecr.Repository repository) =>
        "aws ecr get-login-password | docker login --username AWS --password-stdin "
        + $"{repository.RepositoryUri?.Split('/')[0]}";

    internal static string Build(Ecr.Repository repository) => $"docker build -t {repository.RepositoryName} .";

    internal static string Tag(Ecr.Repository repository) =>
        $"docker tag {repository.RepositoryName}:latest {repository.RepositoryUri}:latest";

    internal static string Push(Ecr.Repository repository) => $"docker push {repository.RepositoryUri}:latest";
}
