//! Names of functions that are commonly imported by number.

// Runs of consecutive numbers: the first one, and the names from there on.
/// ws2_32.dll, and wsock32.dll, which shares its numbers.
const WINSOCK: &[(u16, &str)] = &[
    (
        1,
        "accept bind closesocket connect getpeername getsockname getsockopt htonl htons \
         ioctlsocket inet_addr inet_ntoa listen ntohl ntohs recv recvfrom select send sendto \
         setsockopt shutdown socket getaddrinfow getnameinfow wsapsetpostroutine freeaddrinfow \
         wpucompleteoverlappedrequest wsaaccept wsaaddresstostringa wsaaddresstostringw \
         wsacloseevent wsaconnect wsacreateevent wsaduplicatesocketa wsaduplicatesocketw \
         wsaenumnamespaceprovidersa wsaenumnamespaceprovidersw wsaenumnetworkevents \
         wsaenumprotocolsa wsaenumprotocolsw wsaeventselect wsagetoverlappedresult \
         wsagetqosbyname wsagetserviceclassinfoa wsagetserviceclassinfow \
         wsagetserviceclassnamebyclassida wsagetserviceclassnamebyclassidw wsahtonl wsahtons \
         gethostbyaddr gethostbyname getprotobyname getprotobynumber getservbyname \
         getservbyport gethostname wsainstallserviceclassa wsainstallserviceclassw wsaioctl \
         wsajoinleaf wsalookupservicebegina wsalookupservicebeginw wsalookupserviceend \
         wsalookupservicenexta wsalookupservicenextw wsanspioctl wsantohl wsantohs \
         wsaproviderconfigchange wsarecv wsarecvdisconnect wsarecvfrom wsaremoveserviceclass \
         wsaresetevent wsasend wsasenddisconnect wsasendto wsasetevent wsasetservicea \
         wsasetservicew wsasocketa wsasocketw wsastringtoaddressa wsastringtoaddressw \
         wsawaitformultipleevents wscdeinstallprovider wscenablensprovider wscenumprotocols \
         wscgetproviderpath wscinstallnamespace wscinstallprovider wscuninstallnamespace \
         wscupdateprovider wscwritenamespaceorder wscwriteproviderorder freeaddrinfo \
         getaddrinfo getnameinfo",
    ),
    (
        101,
        "wsaasyncselect wsaasyncgethostbyaddr wsaasyncgethostbyname wsaasyncgetprotobynumber \
         wsaasyncgetprotobyname wsaasyncgetservbyport wsaasyncgetservbyname \
         wsacancelasyncrequest wsasetblockinghook wsaunhookblockinghook wsagetlasterror \
         wsasetlasterror wsacancelblockingcall wsaisblocking wsastartup wsacleanup",
    ),
    (151, "__wsafdisset"),
    (500, "wep"),
];

/// oleaut32.dll.
const AUTOMATION: &[(u16, &str)] = &[
    (
        2,
        "sysallocstring sysreallocstring sysallocstringlen sysreallocstringlen sysfreestring \
         sysstringlen variantinit variantclear variantcopy variantcopyind variantchangetype \
         varianttimetodosdatetime dosdatetimetovarianttime safearraycreate safearraydestroy \
         safearraygetdim safearraygetelemsize safearraygetubound safearraygetlbound \
         safearraylock safearrayunlock safearrayaccessdata safearrayunaccessdata \
         safearraygetelement safearrayputelement safearraycopy dispgetparam dispgetidsofnames \
         dispinvoke createdisptypeinfo createstddispatch registeractiveobject \
         revokeactiveobject getactiveobject safearrayallocdescriptor safearrayallocdata \
         safearraydestroydescriptor safearraydestroydata safearrayredim \
         safearrayallocdescriptorex safearraycreateex safearraycreatevectorex \
         safearraysetrecordinfo safearraygetrecordinfo varparsenumfromstr varnumfromparsenum \
         vari2fromui1 vari2fromi4 vari2fromr4 vari2fromr8 vari2fromcy vari2fromdate \
         vari2fromstr vari2fromdisp vari2frombool safearraysetiid vari4fromui1 vari4fromi2 \
         vari4fromr4 vari4fromr8 vari4fromcy vari4fromdate vari4fromstr vari4fromdisp \
         vari4frombool safearraygetiid varr4fromui1 varr4fromi2 varr4fromi4 varr4fromr8 \
         varr4fromcy varr4fromdate varr4fromstr varr4fromdisp varr4frombool safearraygetvartype \
         varr8fromui1 varr8fromi2 varr8fromi4 varr8fromr4 varr8fromcy varr8fromdate \
         varr8fromstr varr8fromdisp varr8frombool varformat vardatefromui1 vardatefromi2 \
         vardatefromi4 vardatefromr4 vardatefromr8 vardatefromcy vardatefromstr vardatefromdisp \
         vardatefrombool varformatdatetime varcyfromui1 varcyfromi2 varcyfromi4 varcyfromr4 \
         varcyfromr8 varcyfromdate varcyfromstr varcyfromdisp varcyfrombool varformatnumber \
         varbstrfromui1 varbstrfromi2 varbstrfromi4 varbstrfromr4 varbstrfromr8 varbstrfromcy \
         varbstrfromdate varbstrfromdisp varbstrfrombool varformatpercent varboolfromui1 \
         varboolfromi2 varboolfromi4 varboolfromr4 varboolfromr8 varboolfromdate varboolfromcy \
         varboolfromstr varboolfromdisp varformatcurrency varweekdayname varmonthname \
         varui1fromi2 varui1fromi4 varui1fromr4 varui1fromr8 varui1fromcy varui1fromdate \
         varui1fromstr varui1fromdisp varui1frombool varformatfromtokens \
         vartokenizeformatstring varadd varand vardiv dllcanunloadnow dllgetclassobject \
         dispcallfunc variantchangetypeex safearrayptrofindex sysstringbytelen \
         sysallocstringbytelen dllregisterserver vareqv varidiv varimp varmod varmul varor \
         varpow varsub createtypelib loadtypelib loadregtypelib registertypelib \
         querypathofregtypelib lhashvalofnamesys lhashvalofnamesysa varxor varabs varfix \
         oabuildversion clearcustdata varint varneg varnot varround varcmp vardecadd vardecdiv \
         vardecmul createtypelib2 vardecsub vardecabs loadtypelibex systemtimetovarianttime \
         varianttimetosystemtime unregistertypelib vardecfix vardecint vardecneg vardecfromui1 \
         vardecfromi2 vardecfromi4 vardecfromr4 vardecfromr8 vardecfromdate vardecfromcy \
         vardecfromstr vardecfromdisp vardecfrombool geterrorinfo seterrorinfo createerrorinfo \
         vardecround vardeccmp vari2fromi1 vari2fromui2 vari2fromui4 vari2fromdec vari4fromi1 \
         vari4fromui2 vari4fromui4 vari4fromdec varr4fromi1 varr4fromui2 varr4fromui4 \
         varr4fromdec varr8fromi1 varr8fromui2 varr8fromui4 varr8fromdec vardatefromi1 \
         vardatefromui2 vardatefromui4 vardatefromdec varcyfromi1 varcyfromui2 varcyfromui4 \
         varcyfromdec varbstrfromi1 varbstrfromui2 varbstrfromui4 varbstrfromdec varboolfromi1 \
         varboolfromui2 varboolfromui4 varboolfromdec varui1fromi1 varui1fromui2 varui1fromui4 \
         varui1fromdec vardecfromi1 vardecfromui2 vardecfromui4 vari1fromui1 vari1fromi2 \
         vari1fromi4 vari1fromr4 vari1fromr8 vari1fromdate vari1fromcy vari1fromstr \
         vari1fromdisp vari1frombool vari1fromui2 vari1fromui4 vari1fromdec varui2fromui1 \
         varui2fromi2 varui2fromi4 varui2fromr4 varui2fromr8 varui2fromdate varui2fromcy \
         varui2fromstr varui2fromdisp varui2frombool varui2fromi1 varui2fromui4 varui2fromdec \
         varui4fromui1 varui4fromi2 varui4fromi4 varui4fromr4 varui4fromr8 varui4fromdate \
         varui4fromcy varui4fromstr varui4fromdisp varui4frombool varui4fromi1 varui4fromui2 \
         varui4fromdec bstr_usersize bstr_usermarshal bstr_userunmarshal bstr_userfree \
         variant_usersize variant_usermarshal variant_userunmarshal variant_userfree \
         lpsafearray_usersize lpsafearray_usermarshal lpsafearray_userunmarshal \
         lpsafearray_userfree lpsafearray_size lpsafearray_marshal lpsafearray_unmarshal \
         vardeccmpr8 varcyadd dllunregisterserver oacreatetypelib2",
    ),
    (
        303,
        "varcymul varcymuli4 varcysub varcyabs varcyfix varcyint varcyneg varcyround varcycmp \
         varcycmpr8 varbstrcat varbstrcmp varr8pow varr4cmpr8 varr8round varcat \
         vardatefromudateex",
    ),
    (322, "getrecordinfofromguids getrecordinfofromtypeinfo"),
    (
        325,
        "setvarconversionlocalesetting getvarconversionlocalesetting setoanocache",
    ),
    (
        329,
        "varcymuli8 vardatefromudate varudatefromdate getaltmonthnames vari8fromui1 vari8fromi2 \
         vari8fromr4 vari8fromr8 vari8fromcy vari8fromdate vari8fromstr vari8fromdisp \
         vari8frombool vari8fromi1 vari8fromui2 vari8fromui4 vari8fromdec vari2fromi8 \
         vari2fromui8 vari4fromi8 vari4fromui8",
    ),
    (
        360,
        "varr4fromi8 varr4fromui8 varr8fromi8 varr8fromui8 vardatefromi8 vardatefromui8 \
         varcyfromi8 varcyfromui8 varbstrfromi8 varbstrfromui8 varboolfromi8 varboolfromui8 \
         varui1fromi8 varui1fromui8 vardecfromi8 vardecfromui8 vari1fromi8 vari1fromui8 \
         varui2fromi8 varui2fromui8",
    ),
    (401, "oleloadpictureex oleloadpicturefileex"),
    (
        411,
        "safearraycreatevector safearraycopydata vectorfrombstr bstrfromvector oleicontocursor \
         olecreatepropertyframeindirect olecreatepropertyframe oleloadpicture \
         olecreatepictureindirect olecreatefontindirect oletranslatecolor oleloadpicturefile \
         olesavepicturefile oleloadpicturepath varui4fromi8 varui4fromui8 vari8fromui8 \
         varui8fromi8 varui8fromui1 varui8fromi2 varui8fromr4 varui8fromr8 varui8fromcy \
         varui8fromdate varui8fromstr varui8fromdisp varui8frombool varui8fromi1 varui8fromui2 \
         varui8fromui4 varui8fromdec registertypelibforuser unregistertypelibforuser",
    ),
];

/// The lower-case name of `library`'s function number `ordinal`, for the three libraries whose
/// ordinals IMPHASH resolves. `library` is in lower case.
pub(super) fn name_of(library: &[u8], ordinal: u16) -> Option<&'static [u8]> {
    let runs = match library {
        b"ws2_32.dll" | b"wsock32.dll" => WINSOCK,
        b"oleaut32.dll" => AUTOMATION,
        _ => return None,
    };
    let (first, names) = runs.iter().rev().find(|(first, _)| *first <= ordinal)?;
    names
        .split_ascii_whitespace()
        .nth(usize::from(ordinal - first))
        .map(str::as_bytes)
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn numbers_at_the_edges_of_every_run() {
        let cases: [(&[u8], u16, Option<&str>); 15] = [
            (b"ws2_32.dll", 0, None),
            (b"ws2_32.dll", 1, Some("accept")),
            (b"wsock32.dll", 23, Some("socket")),
            (b"ws2_32.dll", 99, Some("getnameinfo")),
            (b"ws2_32.dll", 100, None),
            (b"ws2_32.dll", 101, Some("wsaasyncselect")),
            (b"ws2_32.dll", 116, Some("wsacleanup")),
            (b"ws2_32.dll", 151, Some("__wsafdisset")),
            (b"ws2_32.dll", 501, None),
            (b"oleaut32.dll", 1, None),
            (b"oleaut32.dll", 2, Some("sysallocstring")),
            (b"oleaut32.dll", 303, Some("varcymul")),
            (b"oleaut32.dll", 443, Some("unregistertypelibforuser")),
            (b"oleaut32.dll", u16::MAX, None),
            (b"kernel32.dll", 1, None),
        ];
        for (library, ordinal, name) in cases {
            assert_eq!(
                name_of(library, ordinal),
                name.map(str::as_bytes),
                "{ordinal}"
            );
        }
    }
}
