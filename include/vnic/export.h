/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * How the symbols of vnic are declared: visibility, C++ linkage, checks of unused results.
 * This is the only file of the project that asks which compiler and system it is read on.
 */
#ifndef VNIC_EXPORT_H
#define VNIC_EXPORT_H

/* A static library defines VNIC_STATIC for its users; a build of the library defines VNIC_BUILDING. */
#if defined(_WIN32) && !defined(VNIC_STATIC)
#ifdef VNIC_BUILDING
#define VNIC_API __declspec(dllexport)
#else
#define VNIC_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define VNIC_API __attribute__((visibility("default")))
#else
#define VNIC_API
#endif

/** The result must be looked at: ignoring it loses a packet, an error or memory. */
#if defined(__GNUC__)
#define VNIC_MUST_CHECK __attribute__((warn_unused_result))
#else
#define VNIC_MUST_CHECK
#endif

#ifdef __cplusplus
#define VNIC_BEGIN_DECLS extern "C" {
#define VNIC_END_DECLS }
#else
#define VNIC_BEGIN_DECLS
#define VNIC_END_DECLS
#endif

#endif
