namespace Estiba.Ecr.Repositories;

/// <summary>A repository of an account in a region, and the keys of what is in it.</summary>
/// <remarks>
/// A repository's name holds neither <c>:</c> nor <c>@</c>, so no key of one repository is the beginning of a key of
/// another.
/// </remarks>
internal readonly record struct RepositoryId(string AccountId, string Region, string Name)
{
    public string Key => new Scope(AccountId, Region).Key(Name);

    /// <summary>What the keys of all images, and of all layers, of this repository begin with.</summary>
    public string ContentPrefix => $"{Key}@";

    /// <summary>What the keys of all tags of this repository begin with.</summary>
    public string TagPrefix => $"{Key}:";

    public string ContentKey(string digest) => $"{Key}@{digest}";

    public string TagKey(string tag) => $"{Key}:{tag}";
}
