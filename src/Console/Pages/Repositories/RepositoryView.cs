using Estiba.Console.Live;
using Estiba.Console.Sessions;
using Estiba.Contracts;

namespace Estiba.Console.Pages.Repositories;

/// <summary>A repository and its images.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Images">The images, those that were pushed last first.</param>
/// <param name="LifecyclePolicy">Its lifecycle policy, JSON; null where there is none, or the key may not see
/// it.</param>
public sealed record RepositoryView(
    Ecr.Repository Repository,
    IReadOnlyList<Ecr.ImageDetail> Images,
    string? LifecyclePolicy
)
{
    internal static async Task<RepositoryView> ReadAsync(Ecr.IEcrApi ecr, string name, CancellationToken cancellation)
    {
        var described = await ecr.DescribeRepositoriesAsync(
            new() { RepositoryNames = [name] },
            Session.Context,
            cancellation
        );
        if (described.Repositories is not [var repository, ..])
            throw new ResourceMissingException(name);
        var images = await Lists.PagesAsync<Ecr.ImageDetail>(async token =>
        {
            var page = await ecr.DescribeImagesAsync(
                new()
                {
                    RepositoryName = name,
                    MaxResults = 1000,
                    NextToken = token,
                },
                Session.Context,
                cancellation
            );
            return (page.ImageDetails, page.NextToken);
        });
        return new RepositoryView(
            repository,
            [.. images.Items.OrderByDescending(it => it.ImagePushedAt)],
            await PolicyAsync(ecr, name, cancellation)
        );
    }

    private static async Task<string?> PolicyAsync(Ecr.IEcrApi ecr, string name, CancellationToken cancellation)
    {
        try
        {
            var answer = await ecr.GetLifecyclePolicyAsync(
                new() { RepositoryName = name },
                Session.Context,
                cancellation
            );
            return answer.LifecyclePolicyText;
        }
        catch (AwsException)
        {
            return null;
        }
    }
}
