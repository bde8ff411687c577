namespace Jettae.Testing;

/// <summary>Signing in over HTTP, as the button of an opened link and the field of the sign-in page do.</summary>
public static class SignInForm
{
    /// <param name="browser">Without its own cookies: the answer sets them.</param>
    /// <param name="link">The link, or its code.</param>
    public static async Task<HttpResponseMessage> SignInAsync(this HttpClient browser, string link)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("code", link)]);
        return await browser.PostAsync(new Uri("/sign-in", UriKind.Relative), form);
    }
}
