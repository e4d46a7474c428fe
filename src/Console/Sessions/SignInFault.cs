namespace Estiba.Console.Sessions;

/// <summary>Why somebody is not let in.</summary>
public enum SignInFault
{
    /// <summary>Nothing was tried yet.</summary>
    None,

    /// <summary>The key or its secret is not filled in.</summary>
    Missing,

    /// <summary>The key, its secret or its token is not good.</summary>
    Key,

    /// <summary>The link is used, or too old.</summary>
    Link,

    /// <summary>The form does not come from a page of the console that is still good.</summary>
    Form,

    /// <summary>The session has ended, or its key is gone.</summary>
    Ended,

    /// <summary>The platform did not answer.</summary>
    Unavailable,
}
